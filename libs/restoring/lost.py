"""Records that did not come back with a restored database: the log knows of them, no table does."""

from typing import Any

from libs.contracts.envelope import Fact
from libs.kit.subscribers import Event
from libs.kit.transaction import Tx

LOST = """
SELECT split_part(e.aggregate, '/', 2)::uuid AS id, max(e.version) AS version FROM event e
WHERE e.concerns = $1 AND starts_with(e.aggregate, '{0}/')
    AND NOT EXISTS (SELECT FROM "{0}" r WHERE r.id = split_part(e.aggregate, '/', 2)::uuid)
GROUP BY 1 HAVING NOT bool_or(position('.{0}.forgotten.' IN convert_from(e.bytes, 'UTF8')) > 0) ORDER BY 1
"""


async def forget_lost(tx: Tx, event: Event[Any], fact: Fact) -> None:
    """At a forgetting: say so of each aggregate, of the fact's kind and in the table of its name, that this
    service spoke of and holds no more, unless it has said so before. Nothing is left of it but that it was."""
    for row in await tx.connection.fetch(LOST.format(fact.aggregate), event.correlation):
        version = row["version"] + 1
        tx.emit(fact, id=row["id"], version=version, programme=event.programme, concerns=event.correlation)
