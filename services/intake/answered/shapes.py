"""What goes in and comes out over HTTP for a question that was answered on the spot."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from libs.contracts.codes import Land, LegalClass, Level, Standing, Urgency
from libs.contracts.types import LanguageTag, TopicCode
from libs.edge.bodies import HttpLink, LongText, View
from libs.edge.faults import Refused
from services.intake.questions.shapes import FoundBody


class AnsweredQuestion(FoundBody):
    """Seven codes and the answer as it stands, its parts in order; all else may be left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "space": "0198c0de-0000-7000-8000-000000000001",
                    "language": "es",
                    "topics": ["a-costs"],
                    "level": "information",
                    "legal_class": "general-information",
                    "referral": True,
                    "misinformation": False,
                    "parts": [
                        "El reconocimiento de un título cuesta entre 100 y 600 euros. El asesoramiento es gratuito."
                    ],
                }
            ]
        }
    )

    language: LanguageTag
    topics: Annotated[tuple[TopicCode, ...], Field(min_length=1, max_length=10)]
    level: Level
    legal_class: LegalClass
    referral: bool
    misinformation: bool
    parts: Annotated[tuple[LongText, ...], Field(min_length=1, max_length=20)]
    relation: Literal["follow-up", "other-person"] | None = None
    answer_link: Annotated[HttpLink | None, Field(description="Where the answer stands.")] = None
    urgency: Urgency = Urgency.NORMAL
    land: Land = Land.UNKNOWN

    @model_validator(mode="after")
    def _referred(self) -> Self:
        if self.level is Level.REFERRAL and not self.referral:
            raise Refused("contradicts_level", "Who refers somebody makes a referral: level and referral disagree.")
        return self


class AnsweredRef(View):
    """`counts` says whether the answer counts; if not, a repair task is open, and review hears of it.

    `version` is the question's, after which triage, repair and closing go on as with every other question.
    """

    id: UUID
    version: int
    status: str
    programme: str
    posting: UUID
    standing: Standing
    counts: bool
    repair: str | None
    redacted: dict[str, int]
