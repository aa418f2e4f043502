"""Submissions: the versions of the German core and of the text in the thread's language, and every decision on them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # True while it still waits for somebody; a question has one such submission at a time.
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("submitted_by", sa.Uuid, nullable=False),
    sa.Column("submitted_at", moment, nullable=False),
    sa.Column("taken_by", sa.Uuid),
    sa.Column("lease_until", moment),
    *kept("working-record"),
)
core = sa.Table(
    "core",
    metadata,
    sa.Column("submission", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("authors", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("written_at", moment, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("salt", sa.LargeBinary),
    *kept("working-record"),
)
variant = sa.Table(
    "variant",
    metadata,
    sa.Column("submission", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    # The core it was written beside; the one it is bound to is named by its release.
    sa.Column("core_version", sa.Integer, nullable=False),
    sa.Column("author", sa.Uuid, nullable=False),
    sa.Column("written_at", moment, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("back_translation", sa.Text),
    *kept("working-record"),
)
decision = sa.Table(
    "decision",
    metadata,
    sa.Column("submission", sa.Uuid, primary_key=True),
    # The submission's version that the decision made.
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Uuid, nullable=False),
    sa.Column("at", moment, nullable=False),
    sa.Column("core_version", sa.Integer, nullable=False),
    sa.Column("variant_version", sa.Integer),
    sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("to_confirm", sa.Boolean, nullable=False),
    sa.Column("by_reviewer", sa.Boolean, nullable=False),
    sa.Column("method", sa.Text),
    *kept("working-record"),
)
