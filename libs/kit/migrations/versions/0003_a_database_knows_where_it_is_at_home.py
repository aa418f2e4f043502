"""A database knows where it last agreed with the bus: one that was restored elsewhere is not taken for whole."""

from libs.kit.schema import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run("ALTER TABLE relay ADD COLUMN home text")
