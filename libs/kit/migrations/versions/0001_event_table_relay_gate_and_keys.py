"""The event table and everything around it: order, relay, forgettables, gate, dead letters, idempotency keys.

What the runtime role may do is granted here, beside the table: the event table and its order can be added to and read,
never changed.
"""

from alembic import op

from libs.kit.schema import grant, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    event_id uuid NOT NULL UNIQUE,
    aggregate text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    concerns text NOT NULL,
    bytes bytea NOT NULL,
    retention_class text NOT NULL DEFAULT 'facts',
    held boolean NOT NULL DEFAULT false,
    UNIQUE (aggregate, version)
);
CREATE INDEX event_xid ON event (xid);
CREATE INDEX event_concerns ON event (concerns);
CREATE TABLE event_order (
    seq bigint PRIMARY KEY,
    position bigint NOT NULL UNIQUE,
    retention_class text NOT NULL DEFAULT 'facts',
    held boolean NOT NULL DEFAULT false
);
CREATE TABLE relay (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    published_through bigint NOT NULL DEFAULT 0,
    rewinds bigint NOT NULL DEFAULT 0,
    retention_class text NOT NULL DEFAULT 'configuration',
    held boolean NOT NULL DEFAULT false
);
INSERT INTO relay DEFAULT VALUES;
CREATE TABLE forgettable (
    event_id uuid PRIMARY KEY,
    concerns text NOT NULL,
    payload bytea NOT NULL,
    retention_class text NOT NULL DEFAULT 'working-record',
    held boolean NOT NULL DEFAULT false
);
CREATE INDEX forgettable_concerns ON forgettable (concerns);
CREATE TABLE forgotten (
    concerns text PRIMARY KEY,
    event_id uuid NOT NULL,
    retention_class text NOT NULL DEFAULT 'facts',
    held boolean NOT NULL DEFAULT false
);
CREATE TABLE gate (
    source text NOT NULL,
    aggregate text NOT NULL,
    version integer NOT NULL,
    event_id uuid,
    parked text CHECK (parked IN ('gap', 'dead-letter')),
    retention_class text NOT NULL DEFAULT 'facts',
    held boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, aggregate)
);
CREATE INDEX gate_parked ON gate (parked) WHERE parked IS NOT NULL;
CREATE TABLE parked (
    source text NOT NULL,
    aggregate text NOT NULL,
    version integer NOT NULL,
    bytes bytea NOT NULL,
    retention_class text NOT NULL DEFAULT 'facts',
    held boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, aggregate, version)
);
CREATE TABLE dead_letter (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    aggregate text,
    version integer,
    event_id uuid,
    bytes bytea NOT NULL,
    size integer NOT NULL,
    arrived_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'requeued', 'skipped')),
    decided_at timestamptz,
    decided_reason text,
    retention_class text NOT NULL DEFAULT 'working-record',
    held boolean NOT NULL DEFAULT false
);
CREATE INDEX dead_letter_open ON dead_letter (source, aggregate) WHERE state = 'open';
CREATE INDEX dead_letter_same ON dead_letter (source, reason, size, sha256(bytes));
CREATE TABLE idempotency (
    scope bytea PRIMARY KEY,
    body bytea NOT NULL,
    status integer NOT NULL,
    reply bytea NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    retention_class text NOT NULL DEFAULT 'short-lived',
    held boolean NOT NULL DEFAULT false
);
CREATE INDEX idempotency_created_at ON idempotency (created_at);
"""

# `lotse_claim` rides on BEGIN, so that claiming a key costs no round trip of its own.
# `lotse_keep` and `lotse_forget` share a lock for each question: whoever stores first is found by the forgetting, and
# whoever comes later sees it. The trigger keeps that promise for texts whoever stores them.
# LT001: in flight; LT002: answered before; LT003: forgotten.
FUNCTIONS = (
    """
CREATE FUNCTION lotse_claim(lock bigint, claimed bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(lock) THEN
        RAISE EXCEPTION 'in flight' USING ERRCODE = 'LT001';
    END IF;
    IF EXISTS (SELECT FROM idempotency WHERE scope = claimed) THEN
        RAISE EXCEPTION 'answered' USING ERRCODE = 'LT002';
    END IF;
END $$
""",
    """
CREATE FUNCTION lotse_keep(about text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('concerns ' || about, 0));
    RETURN NOT EXISTS (SELECT FROM forgotten WHERE concerns = about);
END $$
""",
    """
CREATE FUNCTION lotse_forget(about text, because uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('concerns ' || about, 0));
    INSERT INTO forgotten (concerns, event_id) VALUES (about, because) ON CONFLICT DO NOTHING;
END $$
""",
    """
CREATE FUNCTION lotse_refuse_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT lotse_keep(NEW.concerns) THEN
        RAISE EXCEPTION 'forgotten' USING ERRCODE = 'LT003';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER refuse_forgotten BEFORE INSERT ON forgettable FOR EACH ROW"
    " EXECUTE FUNCTION lotse_refuse_forgotten()",
)

GRANTS = {
    "event": "SELECT, INSERT",
    "event_order": "SELECT, INSERT",
    "relay": "SELECT, UPDATE",
    "forgettable": "SELECT, INSERT, DELETE",
    "forgotten": "SELECT, INSERT",
    "gate": "SELECT, INSERT, UPDATE",
    "parked": "SELECT, INSERT, DELETE",
    "dead_letter": "SELECT, INSERT, UPDATE",
    "idempotency": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    run(TABLES)
    for function in FUNCTIONS:
        op.execute(function)
    for table, rights in GRANTS.items():
        grant(table, rights)
