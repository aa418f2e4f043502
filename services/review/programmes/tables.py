"""Review's copy of the programmes' policies: every version ever set, each from a day on."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

known_policy = sa.Table(
    "known_policy",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("effective_from", sa.Date, nullable=False),
    sa.Column("policy", pg.JSONB, nullable=False),
    *kept("configuration"),
)
