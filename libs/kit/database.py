"""The pool and the one way to open a transaction."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from libs.kit.clock import Clock
from libs.kit.errors import Conflict, Invalid, Unavailable
from libs.kit.settings import Settings
from libs.kit.transaction import Cause, Key, Replay, Reply, Tx, gone

# A transaction that waits longer than this is given up: what holds it is broken, and a commit that late surprises
# everyone.
LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # The server learns within half a minute that a leader's machine is gone, and gives its lock to another; by default
    # that takes two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}
# For a connection that has gone silent; the server itself ends a statement before that.
SILENCE_SECONDS = 35.0
CLOSE_SECONDS = 5.0
ACQUIRE_SECONDS = 5.0
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # What asyncpg says when the server's farewell arrived while the connection was idle in the pool.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    # What a server says that is being set up or restored, whose passwords are being changed, or that is a standby now.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
)

WRITE = """
WITH said AS (
    INSERT INTO event (event_id, aggregate, version, concerns, bytes)
    SELECT id, aggregate, version, concerns, bytes
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bytea[])
        WITH ORDINALITY AS e(id, aggregate, version, concerns, bytes, n)
    ORDER BY n
), beside AS (
    INSERT INTO forgettable (event_id, concerns, payload)
    SELECT id, concerns, payload FROM unnest($6::uuid[], $7::text[], $8::bytea[]) AS t(id, concerns, payload)
)
INSERT INTO idempotency (scope, body, status, reply, headers, created_at)
SELECT $9, $10, $11, $12, $13, $14 WHERE $9::bytea IS NOT NULL
"""
WRITTEN = 14
PARAMETER = re.compile(r"\$(\d+)")


async def connect(settings: Settings, **extra: str) -> asyncpg.Connection:
    """A connection of its own, outside the pool: for a leader's lock and what must not wait for the pool."""
    told = {**LIMITS, **extra}
    return await asyncpg.connect(dsn(settings), server_settings=told, timeout=5, command_timeout=SILENCE_SECONDS)


async def disconnect(connection: asyncpg.Connection) -> None:
    """Close such a connection. Raises nothing of its own: an error here would take the place of a cancellation."""
    try:
        await asyncio.shield(connection.close(timeout=2))
    except (*AWAY, asyncpg.PostgresError):
        connection.terminate()


def dsn(settings: Settings) -> str:
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def _codecs(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def _no_reset(connection: asyncpg.Connection) -> None:
    # All we set is local to the transaction, so asyncpg's reset query on every release would be a wasted round trip.
    return None


class Database:
    """A service's own database. `wake` is set after each commit that said something: a hint to the relay, never a
    promise. While it is `held` nobody's request is let in: it may hold what was erased.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.wake = asyncio.Event()
        self.held = False
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Connect. Raises `Unavailable` when PostgreSQL is away."""
        try:
            self._pool = await asyncpg.create_pool(
                dsn(self.settings),
                min_size=1,
                max_size=self.settings.database_pool,
                init=_codecs,
                reset=_no_reset,
                server_settings=LIMITS,
                timeout=5,
                command_timeout=SILENCE_SECONDS,
            )
        except AWAY as away:
            raise unavailable() from away

    def let_in(self) -> None:
        """Raises `Unavailable` while it is held; one that is away says that itself."""
        if self.held and self._pool is not None:
            raise Unavailable(
                "not_open_yet", "This service makes sure first that it holds nothing erased.", retry_after=5
            )

    async def close(self) -> None:
        """Let what is in hand end, but wait for no connection that has gone silent."""
        if self._pool is not None:
            with contextlib.suppress(TimeoutError):
                # Cancelled, asyncpg's pool ends its connections by itself.
                await asyncio.wait_for(self._pool.close(), CLOSE_SECONDS)

    @asynccontextmanager
    async def transaction(self, cause: Cause) -> AsyncIterator[Tx]:
        """Open, hand over, and commit; any exception rolls back.

        Raises `Conflict` in_flight and `Replay` for the Idempotency-Key, `Conflict` changed_meanwhile when another
        transaction said the same version first, `Gone` for a text of what is forgotten, `Unavailable` when PostgreSQL
        is away. When the connection breaks during the commit its outcome is unknown: the same key asked again tells.
        """
        async with self._connection() as connection:
            tx = Tx(connection, self.settings.service, self._now(cause), cause)
            try:
                await _begin(connection, cause)
                yield tx
                await _write(tx)
                await _commit(connection)
            except BaseException as failure:
                await _roll_back(connection)
                if isinstance(failure, asyncpg.PostgresError):
                    await _explain(connection, cause, failure)
                raise
        if tx.outgoing.events:
            self.wake.set()

    def _now(self, cause: Cause) -> datetime:
        # Another service's clock may be ahead; what is saved here is never older than what caused it.
        now = self.clock.now()
        return now if cause.event is None else max(now, cause.event.time)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        if (pool := self._pool) is None:
            raise unavailable()
        try:
            # asyncpg's own limit would make a task of it.
            async with asyncio.timeout(ACQUIRE_SECONDS):
                connection = await pool.acquire()
        except AWAY as away:
            raise unavailable() from away
        try:
            yield connection
        except AWAY as away:
            # A command may raise OSError or TimeoutError for reasons of its own, and asyncpg says InterfaceError to a
            # wrong argument: only what PostgreSQL said itself, or what cost the connection, means that it is away. A
            # statement that took too long is a fault of its own: who waits for a better moment may wait for ever.
            said = isinstance(away, (asyncpg.PostgresError, asyncpg.InternalClientError))
            if (said and not isinstance(away, asyncpg.QueryCanceledError)) or _lost(connection):
                raise unavailable() from away
            raise
        finally:
            await pool.release(connection, timeout=ACQUIRE_SECONDS)


async def _begin(connection: asyncpg.Connection, cause: Cause) -> None:
    seen = "*" if cause.programmes is None else ",".join(sorted(cause.programmes))
    assert all(character.isalnum() or character in "-,*" for character in seen), "programme codes only"
    begin = f"BEGIN; SET LOCAL lotse.programmes = '{seen}'"
    if cause.key is not None:
        begin += f"; SELECT lotse_claim({cause.key.lock}, '\\x{cause.key.scope.hex()}')"
    await connection.execute(begin)


async def _commit(connection: asyncpg.Connection) -> None:
    # PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error: a command that swallowed what the
    # database refused would be told that it succeeded.
    if await connection.execute("COMMIT") != "COMMIT":
        raise RuntimeError("not committed: a statement of this transaction had failed")


async def _explain(connection: asyncpg.Connection, cause: Cause, failure: asyncpg.PostgresError) -> None:
    """Raise what PostgreSQL's refusal means to the caller, if kit knows it."""
    if failure.sqlstate == "LT001":
        raise Conflict("in_flight", "The same request is being worked on.", retry_after=1) from None
    if failure.sqlstate == "LT002" and cause.key is not None:
        raise Replay(await _answered(connection, cause.key)) from None
    if failure.sqlstate == "LT003":
        raise gone() from None
    if getattr(failure, "constraint_name", None) == "event_aggregate_version_key":
        raise Conflict("changed_meanwhile", "Someone changed this meanwhile; load it again.", retry_after=1) from None


async def _answered(connection: asyncpg.Connection, key: Key) -> Reply:
    row = await connection.fetchrow("SELECT body, status, reply, headers FROM idempotency WHERE scope = $1", key.scope)
    if row is None:
        # It reached its 24 hours between the two statements.
        raise Conflict("in_flight", "The same request is being worked on.", retry_after=1)
    if row["body"] != key.body:
        raise Invalid("idempotency_key_reused", "This Idempotency-Key was used for something else; take a new one.")
    return Reply(row["status"], row["reply"], {**row["headers"], "Idempotency-Replayed": "true"})


async def _write(tx: Tx) -> None:
    """Everything kit keeps of a transaction, in one prepared statement."""
    out, key = tx.outgoing, tx.cause.key
    for concerns, event_id in out.forgets:
        await tx.connection.execute("SELECT lotse_forget($1, $2)", concerns, event_id)
        await tx.connection.execute("DELETE FROM forgettable WHERE concerns = $1", concerns)
    if not out.events and not out.added and (key is None or out.reply is None):
        return
    remembered: list[Any] = [None] * 6
    if key is not None and out.reply is not None:
        remembered = [key.scope, key.body, out.reply.status, out.reply.body, dict(out.reply.headers), tx.now]
    sql = _joined(tuple(text for text, _ in out.added)) if out.added else WRITE
    added = [value for _, values in out.added for value in values]
    await tx.connection.execute(sql, *_columns(out.events, 5), *_columns(out.texts, 3), *remembered, *added)


@lru_cache(maxsize=100)
def _joined(inserts: tuple[str, ...]) -> str:
    """One statement of kit's and of a command's, whose parameters come after kit's own."""
    parts, taken = [], WRITTEN
    for number, insert in enumerate(inserts):
        pieces = PARAMETER.split(insert)
        numbers = [int(one) for one in pieces[1::2]]
        pieces[1::2] = [f"${taken + one}" for one in numbers]
        parts.append(f"added{number} AS ({''.join(pieces)})")
        taken += max(numbers)
    return WRITE.replace("WITH ", f"WITH {', '.join(parts)}, ", 1)


def _columns(rows: list[Any], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


async def _roll_back(connection: asyncpg.Connection) -> None:
    if not _lost(connection):
        try:
            await asyncio.shield(connection.execute("ROLLBACK", timeout=5))
        except (*AWAY, asyncpg.PostgresError):
            connection.terminate()


def _lost(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # The pool took it back from us when it died.
        return True


def unavailable() -> Unavailable:
    return Unavailable("store_unavailable", "The database cannot be reached just now; try again.", retry_after=1)
