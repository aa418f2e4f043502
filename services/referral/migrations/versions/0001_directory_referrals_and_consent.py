"""The directory, referrals with their code's hash, proofs of consent, and copies of intake's policies and questions."""

from libs.kit.schema import grant, guard, run

revision = "0001"
down_revision = None

KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""
CONFIGURATION, WORKING, FACTS = (KEPT.format(name) for name in ("configuration", "working-record", "facts"))

TABLES = f"""
CREATE TABLE known_policy (
    programme text NOT NULL,
    version integer NOT NULL,
    effective_from date NOT NULL,
    policy jsonb NOT NULL, {CONFIGURATION},
    PRIMARY KEY (programme, version)
);
CREATE TABLE known_question (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    legal_class text,
    urgency text NOT NULL,
    land text NOT NULL, {WORKING}
);
CREATE TABLE office (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    listed_by text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    languages text[] NOT NULL,
    topics text[] NOT NULL,
    land text NOT NULL,
    postcode text,
    city text,
    street text,
    phone text,
    web text,
    hours text,
    modes text[] NOT NULL,
    reporting_duty boolean NOT NULL,
    secret_address boolean NOT NULL,
    assured_date date,
    active boolean NOT NULL,
    search text NOT NULL, {CONFIGURATION},
    CONSTRAINT no_place_of_a_shelter CHECK (
        NOT secret_address OR (postcode IS NULL AND city IS NULL AND street IS NULL)
    )
);
CREATE INDEX office_by_name ON office (name, id);
CREATE TABLE referral (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    mode text NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    office_kind text NOT NULL,
    question uuid,
    office uuid,
    made_by uuid,
    urgency text,
    summary text,
    summary_language text,
    expires_at timestamptz,
    code_hash bytea UNIQUE,
    redeemed_at timestamptz,
    reason text,
    outcome text,
    released boolean NOT NULL,
    deletion text,
    deletion_asked_at timestamptz, {WORKING},
    CONSTRAINT no_record_with_an_address CHECK (
        mode <> 'address-only'
        OR (office IS NULL AND made_by IS NULL AND urgency IS NULL AND summary IS NULL AND code_hash IS NULL)
    ),
    CONSTRAINT no_summary_without_purpose CHECK (
        summary IS NULL OR held OR state IN ('offered', 'redeemed', 'accepted')
    ),
    CONSTRAINT forgotten_is_bare CHECK (
        state <> 'forgotten' OR (summary IS NULL AND code_hash IS NULL AND made_by IS NULL
            AND (deletion IS NOT DISTINCT FROM 'asked' OR (office IS NULL AND question IS NULL)))
    )
);
CREATE INDEX referral_recent ON referral (programme, made_at DESC, id DESC);
CREATE INDEX referral_question ON referral (question);
CREATE INDEX referral_inbox ON referral (office, made_at DESC, id DESC) WHERE redeemed_at IS NOT NULL;
CREATE INDEX referral_running_out ON referral (expires_at) WHERE state = 'offered';
CREATE INDEX referral_deletions ON referral (deletion_asked_at) WHERE deletion = 'asked';
CREATE TABLE consent (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    referral uuid NOT NULL,
    kind text NOT NULL,
    text_version text NOT NULL,
    language text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz, {FACTS}
);
CREATE INDEX consent_referral ON consent (referral);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("known_question", "referral"):
        guard(table)
    # The proof that consent was given and withdrawn stays (art. 7(1) GDPR): no right to delete it.
    guard("consent", "SELECT, INSERT, UPDATE")
    # The directory is shared by all programmes, and every programme's policy may be known.
    grant("office", "SELECT, INSERT, UPDATE")
    grant("known_policy", "SELECT, INSERT")
