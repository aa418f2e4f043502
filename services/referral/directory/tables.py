"""The directory of offices, shared by all programmes. It holds no person, and no place of a shelter."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from libs.kit.tables import kept

metadata = sa.MetaData()

office = sa.Table(
    "office",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("listed_by", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("languages", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("topics", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("land", sa.Text, nullable=False),
    sa.Column("postcode", sa.Text),
    sa.Column("city", sa.Text),
    sa.Column("street", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("web", sa.Text),
    sa.Column("hours", sa.Text),
    sa.Column("modes", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("reporting_duty", sa.Boolean, nullable=False),
    sa.Column("secret_address", sa.Boolean, nullable=False),
    sa.Column("assured_date", sa.Date),
    sa.Column("active", sa.Boolean, nullable=False),
    # What `q` looks in: name and town, folded.
    sa.Column("search", sa.Text, nullable=False),
    *kept("configuration"),
)
