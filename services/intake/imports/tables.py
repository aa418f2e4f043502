"""Which rows were brought in: a keyed hash of each, which dies with its question."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()

imported_row = sa.Table(
    "imported_row",
    metadata,
    sa.Column("question", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    *kept("permalink"),
)
