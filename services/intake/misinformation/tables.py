"""Claims, their words, and where they were sighted. Wordings, links, spaces and days die with the claim."""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("gist", sa.Text),
    sa.Column("spotted_week", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text),
    sa.Column("closed_at", moment),
    *kept("working-record"),
)
claim_variant = sa.Table(
    "claim_variant",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("claim", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("wording", sa.Text),
    sa.Column("added_at", moment, nullable=False),
    *kept("working-record"),
)
sighting = sa.Table(
    "sighting",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("claim", sa.Uuid, nullable=False),
    sa.Column("variant", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("week", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("size_class", sa.Text, nullable=False),
    sa.Column("space", sa.Uuid),
    sa.Column("link", sa.Text),
    sa.Column("seen_on", sa.Date),
    sa.Column("recorded_at", moment, nullable=False),
    sa.Column("correction", sa.Uuid),
    sa.Column("kind", sa.Text),
    sa.Column("submission", sa.Uuid),
    sa.Column("standing", sa.Text),
    sa.Column("replied_at", moment),
    # Kept only of what stands there uncovered.
    sa.Column("text", sa.Text),
    sa.Column("repair", sa.Text),
    *kept("working-record"),
)
