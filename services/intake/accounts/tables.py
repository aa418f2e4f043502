"""Professional accounts and their weekly standing."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=True),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=True),
    sa.Column("languages", pg.ARRAY(sa.Text), nullable=False),
    # A notice link for each language: {"ar": "https://…"}.
    sa.Column("notices", pg.JSONB, nullable=False),
    *kept("configuration"),
)
account_standing = sa.Table(
    "account_standing",
    metadata,
    sa.Column("account", sa.Uuid, primary_key=True),
    sa.Column("week", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("regard", sa.Text, nullable=False),
    sa.Column("admin_requests", sa.Integer, nullable=False),
    sa.Column("thanks", sa.Integer, nullable=False),
    sa.Column("passed_on", sa.Integer, nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sa.Column("warnings", sa.Integer, nullable=False),
    *kept("facts"),
)
