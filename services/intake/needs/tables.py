"""Signals of need, as coarse as their fact: the space and who noted them are not kept."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()

need_signal = sa.Table(
    "need_signal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("week", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    *kept("facts"),
)
