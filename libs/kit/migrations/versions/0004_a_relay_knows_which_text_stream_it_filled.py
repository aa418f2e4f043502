"""A relay knows which text stream it filled: one that was made anew since is filled again."""

from libs.kit.schema import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run("ALTER TABLE relay ADD COLUMN texts_of text")
