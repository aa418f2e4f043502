"""What goes in and comes out over HTTP for weekly observations."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.space_codes import PostingRule, Tone
from libs.contracts.types import Code, IsoWeek
from libs.edge.bodies import Body, Page, View
from libs.edge.cursors import Paged

Number = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Week(Body):
    """A week as a scout saw it. `questions` are those found that belong to the programme's field."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"members": 5650, "posts": 140, "questions": 12, "own_posts": 3, "tone": "helpful"}]
        }
    )

    members: Number
    posts: Number
    questions: Number
    own_posts: Number
    tone: Tone = Tone.UNKNOWN
    rule_changes: Annotated[
        tuple[PostingRule, ...], Field(max_length=10, description="Rules that came or went in this week.")
    ] = ()


class Observed(View):
    """The space's new version."""

    space: UUID
    week: str
    version: int


class WeekView(View):
    space: UUID
    week: str
    members: int
    posts: int
    questions: int
    own_posts: int
    tone: Tone
    rule_changes: tuple[PostingRule, ...]


class WeekList(View):
    items: list[WeekView]
    page: Page


class WeekFilter(Paged):
    """From and until are ISO weeks, both included."""

    since: IsoWeek | None = None
    until: IsoWeek | None = None


class ProgrammeWeeks(WeekFilter):
    programme: Code
