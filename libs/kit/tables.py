"""Kit's own tables, the same in every service; `libs/kit/migrations` makes them and grants what the runtime role may
do.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData()


def kept(retention_class: str) -> tuple[sa.Column[str], sa.Column[bool]]:
    """The two columns every table has from its first migration: how long a row is kept, and whether a hold freezes
    it.
    """
    return (
        sa.Column("retention_class", sa.Text, nullable=False, server_default=retention_class),
        sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
    )


event = sa.Table(
    "event",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    # The writing transaction's id: everything below the oldest running one is final, however late a slow one commits.
    sa.Column("xid", sa.Text, nullable=False, server_default=sa.func.pg_current_xact_id()),
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("concerns", sa.Text, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    *kept("facts"),
    sa.UniqueConstraint("aggregate", "version"),
)
event_order = sa.Table(
    "event_order",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False, unique=True),
    *kept("facts"),
)
relay = sa.Table(
    "relay",
    metadata,
    sa.Column("single", sa.Boolean, primary_key=True),
    sa.Column("published_through", sa.BigInteger, nullable=False),
    sa.Column("rewinds", sa.BigInteger, nullable=False),
    *kept("configuration"),
)
forgettable = sa.Table(
    "forgettable",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("concerns", sa.Text, nullable=False, index=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    *kept("working-record"),
)
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("concerns", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    *kept("facts"),
)
gate = sa.Table(
    "gate",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("aggregate", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("event_id", sa.Uuid),
    # Null while events flow; `gap` or `dead-letter` while later events of this aggregate are put aside.
    sa.Column("parked", sa.Text),
    *kept("facts"),
)
parked = sa.Table(
    "parked",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("aggregate", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    *kept("facts"),
)
dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("aggregate", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("event_id", sa.Uuid),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("decided_reason", sa.Text),
    *kept("working-record"),
)
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("scope", sa.LargeBinary, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("reply", sa.LargeBinary, nullable=False),
    sa.Column("headers", pg.JSONB, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
    *kept("short-lived"),
)
