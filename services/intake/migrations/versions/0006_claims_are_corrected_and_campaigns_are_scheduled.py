"""Claims with their variants, sightings and texts, hate against own accounts, and campaigns with their items."""

from libs.kit.schema import guard, run, unsampled

revision = "0006"
down_revision = "0005"

WORKING = """
    retention_class text NOT NULL DEFAULT 'working-record',
    held boolean NOT NULL DEFAULT false
"""

# Codes alone, and what the programme itself published.
CONFIGURATION = WORKING.replace("working-record", "configuration")

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
    account uuid NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    week text NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    kind text NOT NULL,
    measures text[] NOT NULL,
    closed_at timestamptz, {CONFIGURATION}
);
CREATE INDEX hate_incident_recent ON hate_incident (programme, recorded_at DESC, id DESC);
CREATE TABLE campaign (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    status text NOT NULL,
    title text NOT NULL,
    topic text NOT NULL,
    origin text NOT NULL,
    claim uuid,
    aim text,
    audience text,
    languages text[] NOT NULL,
    starts date,
    ends date, {CONFIGURATION}
);
CREATE INDEX campaign_recent ON campaign (programme, changed_at DESC, id DESC);
CREATE TABLE campaign_item (
    id uuid PRIMARY KEY,
    campaign uuid NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    state text NOT NULL,
    topic text NOT NULL,
    language text NOT NULL,
    platform text NOT NULL,
    legal_class text NOT NULL,
    text text NOT NULL,
    media jsonb NOT NULL,
    spaces uuid[] NOT NULL,
    scheduled_at timestamptz,
    live_at timestamptz,
    link text,
    submission uuid,
    standing text, {CONFIGURATION}
);
CREATE INDEX campaign_item_campaign ON campaign_item (campaign, id);
CREATE INDEX campaign_item_submission ON campaign_item (submission) WHERE submission IS NOT NULL;
CREATE TABLE campaign_reach (
    item uuid NOT NULL,
    week text NOT NULL,
    programme text NOT NULL,
    views integer NOT NULL,
    viewers integer NOT NULL,
    interactions integer NOT NULL, {CONFIGURATION},
    PRIMARY KEY (item, week)
);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("claim", "claim_variant", "sighting", "correction", "hate_incident"):
        guard(table)
    for table in ("campaign", "campaign_item", "campaign_reach"):
        guard(table)
    unsampled("claim", "gist")
    unsampled("claim_variant", "wording")
    unsampled("sighting", "link", "text")
