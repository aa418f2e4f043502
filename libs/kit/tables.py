"""What every table has. Kit's own are made by `libs/kit/migrations`, and the few statements on them are written out
beside what they are for.
"""

import sqlalchemy as sa


def kept(retention_class: str) -> tuple[sa.Column[str], sa.Column[bool]]:
    """The two columns every table has from its first migration: how long a row is kept, and whether a hold freezes
    it.
    """
    return (
        sa.Column("retention_class", sa.Text, nullable=False, server_default=retention_class),
        sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
    )
