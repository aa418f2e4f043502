"""What is searched for, by community and language."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

keyword_list = sa.Table(
    "keyword_list",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("community", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("phrases", pg.ARRAY(sa.Text), nullable=False),
    *kept("configuration"),
)
