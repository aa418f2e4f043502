"""The weekly observations of spaces: one row a space and week."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

space_observation = sa.Table(
    "space_observation",
    metadata,
    sa.Column("space", sa.Uuid, primary_key=True),
    sa.Column("week", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    sa.Column("posts", sa.Integer, nullable=False),
    sa.Column("questions", sa.Integer, nullable=False),
    sa.Column("own_posts", sa.Integer, nullable=False),
    sa.Column("tone", sa.Text, nullable=False),
    sa.Column("rule_changes", pg.ARRAY(sa.Text), nullable=False),
    *kept("facts"),
)
