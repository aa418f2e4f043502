"""Whether a database has had every migration of this release, answered without importing Alembic four times: after
migrating, a hash of the migration files is left as the comment of the database. A restored or replaced database brings
its own comment along, so that it can never say more than is true."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import asyncpg

ROOT = Path(__file__).parents[2]
SAID = "Lotse, migrations "


def fingerprint(service: str) -> str:
    """Of all files that a service's `migrate` would run: kit's and its own."""
    digest = hashlib.sha256()
    for folder in (ROOT / "libs" / "kit" / "migrations", ROOT / "services" / service / "migrations"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


async def migrated(admin_url: str) -> Mapping[str, str]:
    """Database → fingerprint of the migrations it has had."""
    connection = await asyncpg.connect(admin_url)
    try:
        rows = await connection.fetch(
            "SELECT datname, shobj_description(oid, 'pg_database') AS said FROM pg_database WHERE NOT datistemplate"
        )
    finally:
        await connection.close()
    return {row["datname"]: row["said"].removeprefix(SAID) for row in rows if (row["said"] or "").startswith(SAID)}


async def remember(admin_url: str, database: str, mark: str) -> None:
    """Leave the fingerprint on the database."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"COMMENT ON DATABASE \"{database}\" IS '{SAID}{mark}'")
    finally:
        await connection.close()
