"""What a migrated database must look like, asked of PostgreSQL's own catalogue; each rule gives what breaks it."""

from typing import Any

TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS guarded, c.relkind::text AS kind,
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnotnull) AS required,
    (SELECT array_agg(pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1
"""
# Alembic's own two, which hold one revision each.
OURS = "alembic_version"
POLICY = (
    "((current_setting('lotse.programmes'::text, true) = '*'::text) OR"
    " (programme = ANY (string_to_array(current_setting('lotse.programmes'::text, true), ','::text))))"
)
# Everybody with a token may know them, whatever her programme.
SHOWN_TO_ALL = {
    "programme": "a programme's name is public",
    "policy": "what a programme allows is public",
    "known_policy": "what a programme allows is public",
    "known_reviewer": "whether a reviewer is qualified is asked across programmes",
}
FOR_EVER = {"event", "event_order"}
RIGHTS = """
SELECT table_name AS name, array_agg(privilege_type::text) AS rights FROM information_schema.role_table_grants
WHERE grantee = $1 AND table_schema = 'public' GROUP BY 1
"""


async def tables(connection: Any) -> list[Any]:
    return [row for row in await connection.fetch(TABLES) if not row["name"].startswith(OURS)]


async def without_retention(connection: Any) -> list[str]:
    """Tables without `retention_class` and `held`, both required."""
    return [row["name"] for row in await tables(connection) if not {"retention_class", "held"} <= set(row["required"])]


async def unguarded(connection: Any) -> list[str]:
    """Tables of a programme's rows that show them to every programme, and views, which would look past the guard."""
    found = await tables(connection)
    views = [row["name"] for row in found if row["kind"] in ("v", "m")]
    open_ones = [
        row["name"]
        for row in found
        if "programme" in row["columns"]
        and row["name"] not in SHOWN_TO_ALL
        and not (row["guarded"] and row["policies"] == [POLICY])
    ]
    return sorted({*views, *open_ones})


async def changeable(connection: Any, role: str) -> list[str]:
    """Tables whose rows stand for ever, and that the role may change."""
    rights = {row["name"]: set(row["rights"]) for row in await connection.fetch(RIGHTS, role)}
    return sorted(name for name in FOR_EVER if rights.get(name) != {"SELECT", "INSERT"})


async def powers(connection: Any, role: str) -> list[str]:
    """What a role holds beyond its grants: ownership, membership, and the attributes that bypass them."""
    attributes = await connection.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit FROM pg_roles"
        " WHERE rolname = $1",
        role,
    )
    found = [name for name, held in attributes.items() if held]
    owned = "SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname = $1"
    found += [row["relname"] for row in await connection.fetch(owned, role)]
    member = "SELECT roleid::regrole::text AS of FROM pg_auth_members WHERE member = $1::regrole"
    return found + [row["of"] for row in await connection.fetch(member, role)]
