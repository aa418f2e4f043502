"""The ceiling of capture: a FastAPI handler that validates the same body and inserts two rows with asyncpg, in one
transaction, and does nothing else: no token, no redaction, no language, no key, no event.

`python -m bench.bare_capture PORT DSN` serves it as a service of ours is served: uvicorn, one process.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field

from libs.kit.ids import new_id

TABLES = """
CREATE TABLE IF NOT EXISTS question (id uuid PRIMARY KEY, space uuid NOT NULL, text text NOT NULL, language text,
    channel text NOT NULL, captured_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS event (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE, aggregate text NOT NULL, bytes bytea NOT NULL);
"""
QUESTION = "INSERT INTO question (id, space, text, language, channel) VALUES ($1, $2, $3, $4, $5)"
EVENT = "INSERT INTO event (event_id, aggregate, bytes) VALUES ($1, $2, $3)"


class NewQuestion(BaseModel):
    """The fields that are sent, with the limits that ours have."""

    space: UUID
    text: str = Field(min_length=1, max_length=20_000)
    channel: str = Field(pattern="^(public|private)$")
    language: str | None = Field(default=None, max_length=24)


def build(dsn: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(dsn, min_size=1, max_size=10)
        async with app.state.pool.acquire() as connection:
            await connection.execute(TABLES)
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/questions", status_code=201)
    async def capture(body: NewQuestion) -> dict[str, Any]:
        id = new_id()
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute(QUESTION, id, body.space, body.text, body.language, body.channel)
            await connection.execute(EVENT, new_id(), f"question/{id}", body.model_dump_json().encode())
        return {"id": id, "version": 1}

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_config=None)
