"""The copy of intake's questions: the codes a referral is counted by, and no text."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()

known_question = sa.Table(
    "known_question",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("legal_class", sa.Text),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("land", sa.Text, nullable=False),
    *kept("working-record"),
)
