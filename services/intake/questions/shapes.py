"""What goes in and comes out over HTTP for questions."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import (
    CapturedAs,
    Channel,
    ClosingReason,
    Contact,
    Land,
    LanguageSource,
    LegalClass,
    Level,
    MachineHelp,
    ReadingReason,
    Urgency,
)
from libs.contracts.types import Code, LanguageTag, Minutes, TopicCode
from libs.edge.bodies import Action, Body, Day, HttpLink, Instant, LongText, MediumText, Page, ShortText, View
from libs.edge.cursors import Paged, Query


class Documented(Body):
    """How it was written down, as codes and minutes. What is left out stays unsaid."""

    captured_as: CapturedAs | None = None
    contact: Contact | None = None
    anonymous: Annotated[bool | None, Field(description="The platform hid who posted it.")] = None
    third_person: Annotated[bool | None, Field(description="Asked for somebody else.")] = None
    machine_help: Annotated[
        tuple[MachineHelp, ...] | None, Field(max_length=len(MachineHelp), description="Empty: no machine helped.")
    ] = None
    counselling_minutes: Minutes | None = None
    form_minutes: Annotated[Minutes | None, Field(description="Writing it down, apart from the counselling.")] = None


DOCUMENTED = set(Documented.model_fields)


class FoundBody(Documented):
    """What may be said of a question that was found, whichever way it comes in."""

    space: UUID
    text: LongText | None = None
    channel: Channel = Channel.PUBLIC
    language: LanguageTag | None = None
    gist: Annotated[MediumText | None, Field(description="What is asked, in German, written by a person.")] = None
    link: HttpLink | None = None
    relation: Literal["same", "follow-up", "other-person"] | None = None
    asked_at: Instant | None = None
    place: Annotated[ShortText | None, Field(description="Below the Land; forgotten with the question.")] = None
    deadline: Day | None = None


class NewQuestion(FoundBody):
    """A question as it was found. Personal data that rules can find is redacted before anything is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "space": "0198c0de-0000-7000-8000-000000000001",
                    "text": "Muss ich für die Anerkennung meines Zeugnisses bezahlen?",
                    "channel": "public",
                    "link": "https://www.facebook.com/groups/1/posts/2",
                    "captured_as": "typed",
                    "contact": "first",
                }
            ]
        }
    )

    text: LongText
    channel: Channel


class CapturedRef(View):
    """`ask_language` asks for one click: the suggestion is not sure. `redacted` counts what was taken out, by kind."""

    id: UUID
    version: int
    programme: str
    language: str
    language_source: LanguageSource
    ask_language: bool
    redacted: dict[str, int]
    duplicate: bool


class TriageBody(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "level": "first-counselling",
                    "legal_class": "individual-examination",
                    "topics": ["a-costs"],
                    "urgency": "normal",
                    "land": "de-be",
                }
            ]
        }
    )

    level: Level
    legal_class: LegalClass
    topics: Annotated[tuple[TopicCode, ...], Field(min_length=1, max_length=10)]
    urgency: Urgency
    land: Land
    language: LanguageTag | None = None
    deadline: Day | None = None
    referral: Annotated[bool | None, Field(description="Somebody is pointed to an office.")] = None
    misinformation: Annotated[bool | None, Field(description="The thread holds something false.")] = None


class ClassBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"legal_class": "individual-examination"}]})

    legal_class: LegalClass


class ClosingBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "answered"}]})

    reason: ClosingReason


class QuestionRef(View):
    id: UUID
    version: int
    status: str


class QuestionItem(QuestionRef):
    """A question in a list: codes and times, no text."""

    programme: str
    captured_at: datetime
    captured_week: str
    language: str
    level: Level | None
    legal_class: LegalClass | None
    urgency: Urgency
    due_at: datetime
    taken_by: UUID | None
    erasure_requested: bool
    held: bool


class QuestionView(QuestionItem):
    """One question whole. What the programme does not keep, or has forgotten, is null."""

    text: str | None
    gist: str | None
    link: str | None
    space: UUID | None
    asked_at: datetime | None
    place: str | None
    deadline: date | None
    language_source: LanguageSource
    channel: Channel
    relation: str
    related_to: UUID | None
    topics: tuple[str, ...]
    land: Land
    referral: bool | None
    misinformation: bool | None
    documented: Documented
    actions: list[Action]


class QuestionList(View):
    items: list[QuestionItem]
    page: Page


class QuestionFilter(Paged):
    """Filters combine with AND; `taken_by=me` are the caller's own."""

    programme: Code | None = None
    status: Literal["captured", "taken", "triaged", "answered", "closed", "forgotten"] | None = None
    language: LanguageTag | None = None
    taken_by: Literal["me"] | None = None


class Reading(Query):
    """`reason` is recorded with the reading; a coordinator must give one for what somebody wrote in private."""

    reason: ReadingReason | None = None
