"""Reviewers, submissions with versions and decisions, kept answers, incidents, and copies of intake's facts."""

from libs.kit.schema import grant, guard, run

revision = "0001"
down_revision = None

KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""
CONFIGURATION, WORKING, ANSWER = (KEPT.format(name) for name in ("configuration", "working-record", "approved-answer"))

TABLES = f"""
CREATE TABLE known_policy (
    programme text NOT NULL,
    version integer NOT NULL,
    effective_from date NOT NULL,
    policy jsonb NOT NULL, {CONFIGURATION},
    PRIMARY KEY (programme, version)
);
CREATE TABLE reviewer (
    staff uuid PRIMARY KEY,
    version integer NOT NULL,
    changed_at timestamptz, {CONFIGURATION}
);
CREATE TABLE reviewer_qualification (
    staff uuid NOT NULL,
    programme text NOT NULL,
    qualification text NOT NULL,
    evidence text NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    ended_at timestamptz, {CONFIGURATION},
    PRIMARY KEY (staff, programme)
);
CREATE TABLE known_question (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    platform text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    level text,
    legal_class text,
    urgency text NOT NULL,
    land text NOT NULL,
    due_at timestamptz,
    deadline date,
    text text,
    gist text,
    taken_by uuid,
    closed_at timestamptz,
    erasure_requested_at timestamptz,
    forgotten_at timestamptz, {WORKING}
);
CREATE TABLE submission (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    question uuid NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    state text NOT NULL,
    is_open boolean NOT NULL,
    language text NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamptz NOT NULL,
    taken_by uuid,
    lease_until timestamptz, {WORKING}
);
CREATE UNIQUE INDEX submission_open ON submission (question) WHERE is_open;
CREATE INDEX submission_question ON submission (question);
CREATE INDEX submission_programme ON submission (programme, state, submitted_at);
CREATE INDEX submission_leases ON submission (lease_until) WHERE state = 'taken';
CREATE TABLE core (
    submission uuid NOT NULL REFERENCES submission (id),
    version integer NOT NULL,
    programme text NOT NULL,
    authors uuid[] NOT NULL CHECK (cardinality(authors) > 0),
    written_at timestamptz NOT NULL,
    text text,
    salt bytea, {WORKING},
    PRIMARY KEY (submission, version)
);
CREATE TABLE variant (
    submission uuid NOT NULL REFERENCES submission (id),
    version integer NOT NULL,
    programme text NOT NULL,
    core_version integer NOT NULL,
    author uuid NOT NULL,
    written_at timestamptz NOT NULL,
    text text,
    salt bytea,
    back_translation text, {WORKING},
    PRIMARY KEY (submission, version)
);
CREATE TABLE decision (
    submission uuid NOT NULL REFERENCES submission (id),
    version integer NOT NULL,
    programme text NOT NULL,
    kind text NOT NULL,
    by uuid NOT NULL,
    at timestamptz NOT NULL,
    core_version integer NOT NULL,
    variant_version integer,
    reasons text[] NOT NULL,
    to_confirm boolean NOT NULL,
    by_reviewer boolean NOT NULL,
    method text, {WORKING},
    PRIMARY KEY (submission, version)
);
CREATE TABLE answer (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    question uuid NOT NULL,
    submission uuid NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    legal_class text NOT NULL,
    land text NOT NULL,
    core text,
    core_salt bytea,
    variant text,
    variant_salt bytea,
    kept_until_end_of integer NOT NULL,
    withdrawn_at timestamptz,
    dropped_at timestamptz, {ANSWER}
);
CREATE INDEX answer_newest ON answer (programme, changed_at DESC, id DESC) WHERE dropped_at IS NULL;
CREATE INDEX answer_over ON answer (kept_until_end_of) WHERE dropped_at IS NULL;
CREATE INDEX answer_question ON answer (question);
CREATE INDEX answer_submission ON answer (submission);
CREATE TABLE known_posting (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    question uuid NOT NULL,
    submission uuid,
    posted_by uuid, {WORKING}
);
CREATE TABLE incident (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    question uuid NOT NULL,
    posting uuid NOT NULL,
    submission uuid,
    posted_by uuid,
    standing text NOT NULL,
    state text NOT NULL,
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    text text,
    decision text,
    decided_by uuid, {WORKING}
);
CREATE UNIQUE INDEX incident_open ON incident (posting) WHERE state = 'open';
CREATE INDEX incident_due ON incident (programme, state, due_at, id);
CREATE INDEX incident_question ON incident (question);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("known_question", "submission", "core", "variant", "answer", "known_posting", "incident"):
        guard(table, "SELECT, INSERT, UPDATE")
    # A decision is never changed afterwards, but a hold may freeze it.
    guard("decision", "SELECT, INSERT, UPDATE (held)")
    guard("reviewer_qualification", "SELECT, INSERT, UPDATE")
    # One version over all programmes: without its records it says only that there is somebody.
    grant("reviewer", "SELECT, INSERT, UPDATE")
    grant("known_policy", "SELECT, INSERT")
