"""The life of a space and what is known of it."""

from libs.kit.schema import run

revision = "0003"
down_revision = "0002"

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


def upgrade() -> None:
    run(SPACES)
