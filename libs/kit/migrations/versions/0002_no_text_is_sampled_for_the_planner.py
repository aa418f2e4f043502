"""No text of a person is sampled for the planner."""

from libs.kit.schema import unsampled

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    unsampled("forgettable", "payload")
    unsampled("dead_letter", "bytes")
