"""No text of a person is sampled for the planner."""

from libs.kit.schema import unsampled

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    unsampled("known_question", "text", "gist")
    unsampled("core", "text", "salt")
    unsampled("variant", "text", "salt", "back_translation")
    unsampled("incident", "text")
    unsampled("answer", "core", "core_salt", "variant", "variant_salt")
