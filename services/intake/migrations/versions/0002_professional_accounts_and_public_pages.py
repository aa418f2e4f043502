"""Professional accounts with their weekly standing, and each programme's public page."""

from libs.kit.schema import guard, run

revision = "0002"
down_revision = "0001"

CONFIGURATION = """
    retention_class text NOT NULL DEFAULT 'configuration',
    held boolean NOT NULL DEFAULT false
"""

TABLES = f"""
CREATE TABLE account (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    state text NOT NULL,
    cause text,
    since timestamptz NOT NULL,
    platform text NOT NULL,
    label text NOT NULL,
    link text,
    languages text[] NOT NULL,
    notices jsonb NOT NULL, {CONFIGURATION}
);
CREATE INDEX account_by_label ON account (programme, label, id);
CREATE TABLE account_standing (
    account uuid NOT NULL,
    week text NOT NULL,
    programme text NOT NULL,
    regard text NOT NULL,
    admin_requests integer NOT NULL,
    thanks integer NOT NULL,
    passed_on integer NOT NULL,
    removed integer NOT NULL,
    warnings integer NOT NULL, {CONFIGURATION.replace("configuration", "facts")},
    PRIMARY KEY (account, week)
);
CREATE TABLE page (
    programme text PRIMARY KEY,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    content jsonb NOT NULL, {CONFIGURATION}
);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("account", "account_standing", "page"):
        guard(table)
