"""What goes in and comes out over HTTP for releases."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import ReleaseMethod
from libs.edge.bodies import Body, LongText
from services.review.releases.commands import Outcome
from services.review.submissions.shapes import SubmissionRef, ref


class ReleaseBody(Body):
    """`back_translation` is the author's own, into German; it is kept with the variant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"variant_version": 1, "method": "second-speaker"}]})

    variant_version: Annotated[int, Field(ge=1, le=1_000)]
    method: Literal[ReleaseMethod.SECOND_SPEAKER, ReleaseMethod.BACK_TRANSLATION]
    back_translation: LongText | None = None


class OutcomeRef(SubmissionRef):
    """Where this released a text: `answer` is the answer that was kept, or `not_kept` says why none was."""

    answer: UUID | None
    not_kept: str | None = Field(examples=["personal_data_found"])


def outcome_ref(outcome: Outcome) -> OutcomeRef:
    """Ids, codes and versions; never text."""
    return OutcomeRef(**vars(ref(outcome.submission)), answer=outcome.answer, not_kept=outcome.not_kept)
