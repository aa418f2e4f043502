"""Kept answers: approved and released, free of personal data, independent of the question's text.

`question` and `submission` are ids and lead to no text once the question is forgotten: they let a hold reach the row
and an auditor find the decisions behind it.
"""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("question", sa.Uuid, nullable=False),
    sa.Column("submission", sa.Uuid, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("legal_class", sa.Text, nullable=False),
    sa.Column("land", sa.Text, nullable=False),
    sa.Column("core", sa.Text),
    sa.Column("core_salt", sa.LargeBinary),
    sa.Column("variant", sa.Text),
    sa.Column("variant_salt", sa.LargeBinary),
    sa.Column("kept_until_end_of", sa.Integer, nullable=False),
    # Noted when review withdraws the approval: the answer stays as evidence and is none to use again.
    sa.Column("withdrawn_at", moment),
    sa.Column("dropped_at", moment),
    *kept("approved-answer"),
)
