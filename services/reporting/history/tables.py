"""Every event's bytes as they were published, and how far each source has been applied."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()

history = sa.Table(
    "history",
    metadata,
    # In the order of the commits: who has read through a position has missed nothing before it.
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    # The dense number in the log of its source; null for what came without one.
    sa.Column("seq", sa.BigInteger),
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("correlation", sa.Text, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    *kept("facts"),
)
# Numbered events that came and could not be applied at once: parked, or dead letters.
aside = sa.Table(
    "aside",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *kept("facts"),
)
# `seq`: every event up to this number was applied, or skipped by an operator. `through`: the latest moment among them.
progress = sa.Table(
    "progress",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("through", sa.DateTime(timezone=True)),
    # When the bus last had nothing more of this source for us.
    sa.Column("caught_up_at", sa.DateTime(timezone=True)),
    *kept("configuration"),
)
