"""Claims with their variants, sightings and texts, hate against own accounts, and campaigns with their items."""

from libs.kit.schema import guard, run

revision = "0005"
down_revision = "0003"

WORKING = """
    retention_class text NOT NULL DEFAULT 'working-record',
    held boolean NOT NULL DEFAULT false
"""

TABLES = f"""
CREATE TABLE claim (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    status text NOT NULL,
    topic text NOT NULL,
    gist text,
    spotted_week text NOT NULL,
    verdict text,
    closed_at timestamptz, {WORKING}
);
CREATE INDEX claim_recent ON claim (programme, changed_at DESC, id DESC);
CREATE INDEX claim_closed ON claim (programme, closed_at) WHERE status = 'closed';
CREATE TABLE claim_variant (
    id uuid PRIMARY KEY,
    claim uuid NOT NULL,
    programme text NOT NULL,
    language text NOT NULL,
    wording text,
    added_at timestamptz NOT NULL, {WORKING}
);
CREATE INDEX claim_variant_claim ON claim_variant (claim, id);
CREATE TABLE sighting (
    id uuid PRIMARY KEY,
    claim uuid NOT NULL,
    variant uuid NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    week text NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    size_class text NOT NULL,
    space uuid,
    link text,
    seen_on date,
    recorded_at timestamptz NOT NULL,
    correction uuid,
    kind text,
    submission uuid,
    standing text,
    replied_at timestamptz,
    text text,
    repair text, {WORKING}
);
CREATE INDEX sighting_claim ON sighting (claim, recorded_at, id);
CREATE INDEX sighting_submission ON sighting (submission) WHERE submission IS NOT NULL;
CREATE INDEX sighting_correction ON sighting (correction) WHERE correction IS NOT NULL;
CREATE INDEX sighting_repairs ON sighting (programme, recorded_at, id) WHERE repair = 'open';
CREATE INDEX sighting_links ON sighting (programme, recorded_at) WHERE link IS NOT NULL;
CREATE TABLE correction (
    id uuid PRIMARY KEY,
    claim uuid NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    status text NOT NULL,
    topic text NOT NULL,
    language text NOT NULL,
    kind text NOT NULL,
    legal_class text NOT NULL,
    urgency text NOT NULL,
    requested_at timestamptz NOT NULL, {WORKING}
);
CREATE INDEX correction_claim ON correction (claim, id);
CREATE UNIQUE INDEX correction_in_use ON correction (claim, language) WHERE status = 'requested';
CREATE TABLE hate_incident (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    week text NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    kind text NOT NULL,
    measures text[] NOT NULL,
    closed_at timestamptz, {WORKING}
);
CREATE INDEX hate_incident_recent ON hate_incident (programme, recorded_at DESC, id DESC);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("claim", "claim_variant", "sighting", "correction", "hate_incident"):
        guard(table)
