"""Programmes with dated policies, spaces, questions with their forgettable link, postings, and copies of review's
facts.
"""

from libs.kit.schema import grant, guard, run

revision = "0001"
down_revision = None

KEPT = """
    retention_class text NOT NULL DEFAULT '{0}',
    held boolean NOT NULL DEFAULT false
"""
CONFIGURATION, WORKING, LINK, FACTS = (
    KEPT.format(name) for name in ("configuration", "working-record", "permalink", "facts")
)

TABLES = f"""
CREATE TABLE programme (
    programme text PRIMARY KEY,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL, {CONFIGURATION}
);
CREATE TABLE policy (
    programme text NOT NULL,
    version integer NOT NULL,
    effective_from date NOT NULL,
    policy jsonb NOT NULL, {CONFIGURATION},
    PRIMARY KEY (programme, version)
);
CREATE TABLE space (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    platform text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    languages text[] NOT NULL,
    members integer NOT NULL,
    size_class text NOT NULL,
    access text NOT NULL, {CONFIGURATION}
);
CREATE INDEX space_by_name ON space (programme, name, id);
CREATE TABLE question (
    id uuid PRIMARY KEY,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    status text NOT NULL,
    captured_at timestamptz NOT NULL,
    captured_week text NOT NULL,
    platform text NOT NULL,
    size_class text NOT NULL,
    language text NOT NULL,
    language_source text NOT NULL,
    channel text NOT NULL,
    relation text NOT NULL,
    related_to uuid,
    space uuid,
    text text,
    gist text,
    link text,
    asked_at timestamptz,
    place text,
    deadline date,
    due_at timestamptz NOT NULL,
    level text,
    legal_class text,
    topics text[] NOT NULL DEFAULT '{{}}',
    urgency text NOT NULL DEFAULT 'normal',
    land text NOT NULL DEFAULT 'unknown',
    taken_by uuid,
    answered_at timestamptz,
    answered jsonb,
    closed_at timestamptz,
    erasure_requested_at timestamptz,
    comment text, {WORKING}
);
CREATE INDEX question_queue ON question (programme, due_at, id) WHERE status IN ('captured', 'taken', 'triaged');
CREATE INDEX question_recent ON question (programme, captured_at DESC, id);
CREATE INDEX question_erasure ON question (erasure_requested_at)
    WHERE erasure_requested_at IS NOT NULL AND status <> 'forgotten';
CREATE INDEX question_closed ON question (closed_at) WHERE closed_at IS NOT NULL AND status <> 'forgotten';
CREATE INDEX question_links_kept ON question (captured_at) WHERE link IS NOT NULL;
CREATE TABLE question_link (
    question uuid PRIMARY KEY,
    programme text NOT NULL,
    hash bytea NOT NULL, {LINK}
);
CREATE INDEX question_link_hash ON question_link (programme, hash);
CREATE TABLE posting (
    id uuid PRIMARY KEY,
    question uuid NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    posted_at timestamptz,
    link text,
    text text,
    submission uuid,
    standing text NOT NULL,
    repair text,
    parts integer NOT NULL,
    language text NOT NULL, {WORKING}
);
CREATE INDEX posting_question ON posting (question);
CREATE INDEX posting_submission ON posting (submission);
CREATE INDEX posting_repairs ON posting (programme, recorded_at, id) WHERE repair = 'open';
CREATE TABLE known_release (
    submission uuid PRIMARY KEY,
    question uuid NOT NULL,
    programme text NOT NULL,
    language text NOT NULL,
    text text,
    variant_version integer NOT NULL,
    core_version integer NOT NULL,
    released_at timestamptz NOT NULL,
    withdrawn_at timestamptz, {WORKING}
);
CREATE INDEX known_release_question ON known_release (question);
CREATE TABLE known_reviewer (
    staff uuid NOT NULL,
    programme text NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL, {CONFIGURATION},
    PRIMARY KEY (staff, programme)
);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("space", "question", "question_link", "posting", "known_release"):
        guard(table)
    # Every programme's name and policy may be known to all who hold a token; a reviewer's validity is asked across
    # programmes.
    grant("programme", "SELECT, INSERT, UPDATE")
    grant("policy", "SELECT, INSERT")
    grant("known_reviewer", "SELECT, INSERT, UPDATE, DELETE")
