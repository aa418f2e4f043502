"""Channel decisions."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

channel_decision = sa.Table(
    "channel_decision",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("target_group", sa.Text, nullable=False),
    sa.Column("languages", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("compared", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_on", sa.Date, nullable=False),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("result", sa.Text),
    *kept("configuration"),
)
