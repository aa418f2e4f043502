"""The inventory of spaces: what a counsellor needs to know of a group, and nothing about its members."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

space = sa.Table(
    "space",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("languages", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    sa.Column("size_class", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("professions", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("communities", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("rules", pg.ARRAY(sa.Text)),
    sa.Column("risk", sa.Text),
    *kept("configuration"),
)
