"""Who is qualified to review, where, proven by what.

The aggregate is the staff member: `reviewer` holds the version that runs over all programmes, one row for each
programme says what was recorded there. An ended qualification stays, because decisions were made under it.
"""

import sqlalchemy as sa

from libs.kit.tables import kept

metadata = sa.MetaData()
moment = sa.DateTime(timezone=True)

reviewer = sa.Table(
    "reviewer",
    metadata,
    sa.Column("staff", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", moment),
    *kept("configuration"),
)
reviewer_qualification = sa.Table(
    "reviewer_qualification",
    metadata,
    sa.Column("staff", sa.Uuid, primary_key=True),
    sa.Column("programme", sa.Text, primary_key=True),
    sa.Column("qualification", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    sa.Column("ended_at", moment),
    *kept("configuration"),
)
