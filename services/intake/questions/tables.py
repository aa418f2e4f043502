"""Questions as working records, and the keyed hash of their link. Text, link, space and exact moments die on
erasure.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

question = sa.Table(
    "question",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("captured_at", moment, nullable=False),
    sa.Column("captured_week", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("size_class", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("language_source", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("relation", sa.Text, nullable=False),
    sa.Column("related_to", sa.Uuid),
    sa.Column("space", sa.Uuid),
    sa.Column("text", sa.Text),
    sa.Column("gist", sa.Text),
    sa.Column("link", sa.Text),
    sa.Column("asked_at", moment),
    sa.Column("place", sa.Text),
    sa.Column("deadline", sa.Date),
    sa.Column("due_at", moment, nullable=False),
    sa.Column("level", sa.Text),
    sa.Column("legal_class", sa.Text),
    sa.Column("topics", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("land", sa.Text, nullable=False),
    sa.Column("taken_by", sa.Uuid),
    sa.Column("answered_at", moment),
    # The codes the answer was counted under, so that a retraction takes back exactly what was counted.
    sa.Column("answered", pg.JSONB),
    sa.Column("closed_at", moment),
    sa.Column("erasure_requested_at", moment),
    sa.Column("comment", sa.Text),
    # What the counsellor said of how she wrote it down, by the names of the fact's fields; codes and minutes alone.
    sa.Column("documented", pg.JSONB, nullable=False),
    sa.Column("referral", sa.Boolean),
    sa.Column("misinformation", sa.Boolean),
    *kept("working-record"),
)
question_link = sa.Table(
    "question_link",
    metadata,
    sa.Column("question", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    *kept("permalink"),
)
known_reviewer = sa.Table(
    "known_reviewer",
    metadata,
    sa.Column("staff", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    *kept("configuration"),
)
