"""Where answers stand, and intake's copy of what review released."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

posting = sa.Table(
    "posting",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("recorded_at", moment, nullable=False),
    sa.Column("posted_at", moment),
    sa.Column("link", sa.Text),
    # Only what is not the released variant: that one review keeps.
    sa.Column("text", sa.Text),
    sa.Column("submission", sa.Uuid),
    sa.Column("standing", sa.Text, nullable=False),
    # `open` while the repair task waits, then how it ended; null where nothing was to be repaired.
    sa.Column("repair", sa.Text),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    *kept("working-record"),
)
known_release = sa.Table(
    "known_release",
    metadata,
    sa.Column("submission", sa.Uuid, primary_key=True),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("variant_version", sa.Integer, nullable=False),
    sa.Column("core_version", sa.Integer, nullable=False),
    sa.Column("released_at", moment, nullable=False),
    sa.Column("withdrawn_at", moment),
    *kept("working-record"),
)
