"""What every migration does beside making its table: grants for the runtime role and row level security by
programme.
"""

from alembic import context, op

SEEN = "current_setting('lotse.programmes', true)"


def run(statements: str) -> None:
    """Execute statements separated by semicolons at line ends."""
    for statement in filter(str.strip, statements.split(";\n")):
        op.execute(statement)


def grant(table: str, rights: str) -> None:
    """Give the runtime role its rights on a table, here beside the table and nowhere else."""
    op.execute(f'GRANT {rights} ON {table} TO "{context.config.attributes["runtime_role"]}"')


def unsampled(table: str, *columns: str) -> None:
    """Keep the planner's statistics from holding values of these columns: a sample of texts, in a table of
    PostgreSQL's own, would outlive the rows it was taken from."""
    for column in columns:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def guard(table: str, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Grant, and show only rows of the programmes set in the transaction. Unset shows no rows; `*` is the system's."""
    grant(table, rights)
    seen = f"{SEEN} = '*' OR programme = ANY (string_to_array({SEEN}, ','))"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_programme ON {table} USING ({seen})")
