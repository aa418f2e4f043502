"""The life of a space and what is known of it; its weeks; its partners, and the register
of joint controllership; what is searched for there, and which channels were chosen.
"""

from libs.kit.schema import guard, run, unsampled

revision = "0005"
down_revision = "0004"

# A release before this one writes spaces without a state: they were at work in at once.
SPACES = """
ALTER TABLE space
    ADD COLUMN state text NOT NULL DEFAULT 'active',
    ADD COLUMN reason text,
    ADD COLUMN region text NOT NULL DEFAULT 'unknown',
    ADD COLUMN place text,
    ADD COLUMN professions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN communities text[] NOT NULL DEFAULT '{}',
    ADD COLUMN rules text[],
    ADD COLUMN risk text;
CREATE INDEX space_by_state ON space (programme, state, name, id);
"""
KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""
CONFIGURATION, WORKING, FACTS = (KEPT.format(name) for name in ("configuration", "working-record", "facts"))
# The week goes before the space in the programme's index, because a programme is read week by week.
WEEKS = f"""
CREATE TABLE space_observation (
    space uuid NOT NULL,
    week text NOT NULL,
    programme text NOT NULL,
    members integer NOT NULL,
    posts integer NOT NULL,
    questions integer NOT NULL,
    own_posts integer NOT NULL,
    tone text NOT NULL,
    rule_changes text[] NOT NULL DEFAULT '{{}}', {FACTS},
    PRIMARY KEY (space, week)
);
CREATE INDEX space_observation_by_week ON space_observation (programme, week, space);
"""
PARTNERS = f"""
CREATE TABLE partner (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    space uuid NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    role text NOT NULL,
    contact bytea,
    consent_form text,
    consent_on date,
    withdrawn_on date, {WORKING},
    CONSTRAINT contact_with_consent CHECK (contact IS NULL OR consent_on IS NOT NULL AND withdrawn_on IS NULL)
);
CREATE INDEX partner_of_space ON partner (space, id);
CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    space uuid NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    kind text NOT NULL,
    terms text NOT NULL,
    since date NOT NULL,
    review_on date NOT NULL,
    ended_on date,
    ended_for text, {CONFIGURATION}
);
CREATE INDEX agreement_of_space ON agreement (space, id);
CREATE TABLE arrangement (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    party text NOT NULL,
    purposes text[] NOT NULL,
    contact_point text NOT NULL,
    reference text NOT NULL,
    since date NOT NULL,
    until date, {CONFIGURATION}
);
CREATE INDEX arrangement_register ON arrangement (programme, id);
"""
WORDS_AND_CHANNELS = f"""
CREATE TABLE keyword_list (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    community text,
    language text NOT NULL,
    phrases text[] NOT NULL, {CONFIGURATION}
);
CREATE UNIQUE INDEX keyword_list_once ON keyword_list (programme, language, coalesce(community, ''));
CREATE INDEX keyword_list_in_order ON keyword_list (programme, id);
CREATE TABLE channel_decision (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    target_group text NOT NULL,
    languages text[] NOT NULL,
    compared text[] NOT NULL,
    choice text NOT NULL,
    reason text NOT NULL,
    decided_on date NOT NULL,
    review_on date NOT NULL,
    result text, {CONFIGURATION}
);
CREATE INDEX channel_decision_next ON channel_decision (programme, review_on, id);
"""
GUARDED = ("space_observation", "partner", "agreement", "arrangement", "keyword_list", "channel_decision")


def upgrade() -> None:
    run(SPACES + WEEKS + PARTNERS + WORDS_AND_CHANNELS)
    for table in GUARDED:
        guard(table)
    unsampled("partner", "contact")
    unsampled("agreement", "terms")
