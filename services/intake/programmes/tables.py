"""A programme and its policies, one for each version, each from a day on."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

programme = sa.Table(
    "programme",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    *kept("configuration"),
)
policy = sa.Table(
    "policy",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("effective_from", sa.Date, nullable=False),
    sa.Column("policy", pg.JSONB, nullable=False),
    *kept("configuration"),
)
