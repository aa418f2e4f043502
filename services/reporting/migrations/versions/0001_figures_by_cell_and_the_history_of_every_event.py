"""Figures by cell in generations, every event's bytes, and how far each source has been applied."""

from libs.kit.schema import grant, guard, run

revision = "0001"
down_revision = None

KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""
CONFIGURATION, FACTS = (KEPT.format(name) for name in ("configuration", "facts"))
CELL = """
    generation integer NOT NULL,
    programme text NOT NULL,
    measure text NOT NULL,
    week text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    platform text NOT NULL,
"""
KEY = "generation, programme, measure, week, language, topic, platform"

TABLES = f"""
CREATE TABLE figure ({CELL}
    count bigint NOT NULL, {FACTS},
    PRIMARY KEY ({KEY})
);
CREATE TABLE duration ({CELL}
    bucket integer NOT NULL,
    count bigint NOT NULL,
    slots bit(256) NOT NULL, {FACTS},
    PRIMARY KEY ({KEY}, bucket)
);
CREATE TABLE generation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    live integer NOT NULL,
    definitions integer NOT NULL, {CONFIGURATION}
);
INSERT INTO generation (live, definitions) VALUES (1, 1);
CREATE TABLE history (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    seq bigint,
    event_id uuid NOT NULL UNIQUE,
    aggregate text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    correlation text NOT NULL,
    programme text NOT NULL,
    time timestamptz NOT NULL,
    bytes bytea NOT NULL, {FACTS}
);
CREATE INDEX history_correlation ON history (correlation);
CREATE INDEX history_seq ON history (source, seq);
CREATE INDEX history_type ON history (type, position);
CREATE TABLE aside (
    source text NOT NULL,
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    aggregate text NOT NULL,
    version integer NOT NULL, {FACTS},
    PRIMARY KEY (source, seq)
);
CREATE INDEX aside_event ON aside (event_id);
CREATE TABLE progress (
    source text PRIMARY KEY,
    seq bigint NOT NULL DEFAULT 0,
    through timestamptz,
    caught_up_at timestamptz, {CONFIGURATION}
);
INSERT INTO progress (source) VALUES ('intake'), ('review'), ('referral'), ('reporting');
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("figure", "duration"):
        guard(table)
    # What happened can be added to and read, never changed.
    guard("history", "SELECT, INSERT")
    grant("generation", "SELECT, UPDATE")
    grant("aside", "SELECT, INSERT, DELETE")
    grant("progress", "SELECT, UPDATE")
