"""Referrals as working records. Summary, office, question and the code's hash go when what they were for is over."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

referral = sa.Table(
    "referral",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_at", moment, nullable=False),
    sa.Column("office_kind", sa.Text, nullable=False),
    sa.Column("question", sa.Uuid),
    sa.Column("office", sa.Uuid),
    sa.Column("made_by", sa.Uuid),
    sa.Column("urgency", sa.Text),
    sa.Column("summary", sa.Text),
    sa.Column("summary_language", sa.Text),
    sa.Column("expires_at", moment),
    # HMAC-SHA256 of the one-time code; the code itself is nowhere.
    sa.Column("code_hash", sa.LargeBinary, unique=True),
    sa.Column("redeemed_at", moment),
    sa.Column("reason", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("released", sa.Boolean, nullable=False),
    # What the office was told of deleting what it holds: asked, confirmed, no-answer.
    sa.Column("deletion", sa.Text),
    sa.Column("deletion_asked_at", moment),
    *kept("working-record"),
)
