"""Incidents: what stands in a group and no release covers; and who posted what, as far as review must know."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

known_posting = sa.Table(
    "known_posting",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("submission", sa.Uuid),
    sa.Column("posted_by", sa.Uuid),
    *kept("working-record"),
)
incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("posting", sa.Uuid, nullable=False),
    sa.Column("submission", sa.Uuid),
    sa.Column("posted_by", sa.Uuid),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened_at", moment, nullable=False),
    sa.Column("due_at", moment, nullable=False),
    # Null where what stands there is the released text itself.
    sa.Column("text", sa.Text),
    sa.Column("decision", sa.Text),
    sa.Column("decided_by", sa.Uuid),
    *kept("working-record"),
)
