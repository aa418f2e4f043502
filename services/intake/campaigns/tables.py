"""Campaigns, their items, and what was measured of them. Members of spaces are the inventory's and stand in no table
here."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("claim", sa.Uuid),
    sa.Column("aim", sa.Text),
    sa.Column("audience", sa.Text),
    sa.Column("languages", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("starts", sa.Date),
    sa.Column("ends", sa.Date),
    *kept("configuration"),
)
campaign_item = sa.Table(
    "campaign_item",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("campaign", sa.Uuid, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("legal_class", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("media", pg.JSONB, nullable=False),
    sa.Column("spaces", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("scheduled_at", moment),
    sa.Column("live_at", moment),
    sa.Column("link", sa.Text),
    sa.Column("submission", sa.Uuid),
    sa.Column("standing", sa.Text),
    *kept("configuration"),
)
campaign_reach = sa.Table(
    "campaign_reach",
    metadata,
    sa.Column("item", sa.Uuid, primary_key=True),
    sa.Column("week", sa.Text, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("views", sa.Integer, nullable=False),
    sa.Column("viewers", sa.Integer, nullable=False),
    sa.Column("interactions", sa.Integer, nullable=False),
    *kept("configuration"),
)
