"""Texts about claims, one open for each claim and language. The words themselves are review's, and the release's."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

correction = sa.Table(
    "correction",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("claim", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("legal_class", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("requested_at", moment, nullable=False),
    *kept("working-record"),
)
