"""Figures by cell, without any id. Of each generation there is one whole set; readers see the live one."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()


def _cell() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("programme", sa.Text, primary_key=True),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("week", sa.Text, primary_key=True),
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("platform", sa.Text, primary_key=True),
    )


figure = sa.Table("figure", metadata, *_cell(), sa.Column("count", sa.BigInteger, nullable=False), *kept("facts"))
duration = sa.Table(
    "duration",
    metadata,
    *_cell(),
    # The lower bound in hours; see `domain.BOUNDS`.
    sa.Column("bucket", sa.Integer, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("slots", pg.BIT(256), nullable=False),
    *kept("facts"),
)
generation = sa.Table(
    "generation",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True),
    sa.Column("live", sa.Integer, nullable=False),
    sa.Column("definitions", sa.Integer, nullable=False),
    *kept("configuration"),
)
