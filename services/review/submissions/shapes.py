"""What goes in and comes out over HTTP for submissions."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.types import LanguageTag
from libs.edge.bodies import Body, LongText, View
from services.review.submissions.domain import State, Submission

PREFIX = "/review/v1"
# Two texts of 20,000 characters, each of which JSON may write as `\uXXXX` twice over.
LARGEST = 512 * 1024


class VariantBody(Body):
    """The text for the thread; for a German thread the core is the variant, and `text` stays out."""

    language: LanguageTag
    text: LongText | None = None


class NewSubmission(Body):
    """A draft answer: the German core, which a legal reviewer reads, and the text in the language of the thread."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "0198c0de-0000-7000-8000-000000000001",
                    "core": "Die Anerkennung kostet je nach Beruf 100 bis 600 Euro; das Jobcenter kann zahlen.",
                    "variant": {"language": "en", "text": "Recognition costs 100 to 600 euros; the Jobcenter may pay."},
                }
            ]
        }
    )

    question: UUID
    core: LongText
    variant: VariantBody


class Revision(Body):
    """New words for core, variant or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"core": "Die Anerkennung kostet bis zu 600 Euro."}]})

    core: LongText | None = None
    variant: Annotated[LongText | None, Field(description="The text in the thread's language.")] = None


class SubmissionRef(View):
    """Where a submission stands. `variant_version` is the core's for a German thread."""

    id: UUID
    version: int
    state: State
    core_version: int
    variant_version: int


def ref(submission: Submission) -> SubmissionRef:
    return SubmissionRef(
        id=submission.id,
        version=submission.version,
        state=submission.state,
        core_version=submission.core.version,
        variant_version=submission.variant_version,
    )
