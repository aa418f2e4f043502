"""How a question came in and what it took, signals of need without a question, and the rows imports brought."""

from libs.kit.schema import guard, run

revision = "0004"
down_revision = "0003"

KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""

TABLES = f"""
ALTER TABLE question ADD COLUMN documented jsonb NOT NULL DEFAULT '{{}}';
ALTER TABLE question ADD COLUMN referral boolean;
ALTER TABLE question ADD COLUMN misinformation boolean;
CREATE TABLE need_signal (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    week text NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL, {KEPT.format("facts")}
);
CREATE TABLE imported_row (
    question uuid PRIMARY KEY,
    programme text NOT NULL,
    hash bytea NOT NULL, {KEPT.format("permalink")}
);
CREATE UNIQUE INDEX imported_row_once ON imported_row (programme, hash);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("need_signal", "imported_row"):
        guard(table)
