"""Spaces and their weeks by the thousand, made in the store itself."""

import asyncpg

SPACES = """
INSERT INTO space (id, programme, version, changed_at, platform, kind, name, languages, members, size_class, access)
SELECT gen_random_uuid(), $1, 1, now(), 'facebook', 'group', 'Gruppe ' || n, '{ar,de}', 300, 'under-10000', 'closed'
FROM generate_series(1, $2::int) AS n
"""
WEEKS = """
INSERT INTO space_observation (space, week, programme, members, posts, questions, own_posts, tone)
SELECT space.id, to_char(date '2026-11-16' - 7 * n, 'IYYY"-W"IW'), $1, 300 + n, 40, 3, 1, 'helpful'
FROM space, generate_series(0, $2::int - 1) AS n WHERE space.programme = $1
"""


async def fill(url: str, programme: str, spaces: int, weeks: int) -> None:
    """`spaces` spaces with `weeks` weeks each, written as the owner, and the planner told of them."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(SPACES, programme, spaces)
        await connection.execute(WEEKS, programme, weeks)
        await connection.execute("ANALYZE space")
        await connection.execute("VACUUM (ANALYZE) space_observation")
    finally:
        await connection.close()
