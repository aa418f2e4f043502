"""Review's copy of intake's questions: the codes they are counted by, when an answer is due, and what may be read."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

known_question = sa.Table(
    "known_question",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("level", sa.Text),
    sa.Column("legal_class", sa.Text),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("land", sa.Text, nullable=False),
    # These four can lead back to the post or the person, and are forgotten with it.
    sa.Column("due_at", moment),
    sa.Column("deadline", sa.Date),
    sa.Column("text", sa.Text),
    sa.Column("gist", sa.Text),
    sa.Column("taken_by", sa.Uuid),
    sa.Column("closed_at", moment),
    sa.Column("erasure_requested_at", moment),
    sa.Column("forgotten_at", moment),
    *kept("working-record"),
)
