"""No text of a person is sampled for the planner."""

from libs.kit.schema import unsampled

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    unsampled("question", "text", "gist", "link", "place")
    unsampled("question_link", "hash")
    unsampled("posting", "text", "link")
    unsampled("known_release", "text")
