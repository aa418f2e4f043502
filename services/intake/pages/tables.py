"""The words of each programme's public page."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

page = sa.Table(
    "page",
    metadata,
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content", pg.JSONB, nullable=False),
    *kept("configuration"),
)
