"""The proof that consent was given and withdrawn, without identity (art. 7(1) GDPR). It outlives the referral."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("referral", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text_version", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("given_at", moment, nullable=False),
    sa.Column("withdrawn_at", moment),
    *kept("facts"),
)
