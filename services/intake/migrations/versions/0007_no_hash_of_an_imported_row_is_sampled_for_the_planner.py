"""No hash of an imported row is sampled for the planner: it would outlive its question there."""

from libs.kit.schema import unsampled

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    unsampled("imported_row", "hash")
