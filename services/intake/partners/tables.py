"""Partners with their sealed contact, agreements, and the register of joint controllership."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

partner = sa.Table(
    "partner",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("space", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("contact", sa.LargeBinary),
    sa.Column("consent_form", sa.Text),
    sa.Column("consent_on", sa.Date),
    sa.Column("withdrawn_on", sa.Date),
    *kept("working-record"),
)
agreement = sa.Table(
    "agreement",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("space", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("terms", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("review_on", sa.Date, nullable=False),
    sa.Column("ended_on", sa.Date),
    sa.Column("ended_for", sa.Text),
    *kept("configuration"),
)
arrangement = sa.Table(
    "arrangement",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("purposes", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("contact_point", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    *kept("configuration"),
)
