"""What is done with a question before a transaction is open: redacted, its link folded, its language looked at.

Whatever way it came in, a question passes here, so that nothing unredacted reaches a command.
"""

from libs.kit.errors import Invalid, invalid
from libs.text.language import suggest
from libs.text.links import canonical
from libs.text.redaction import RedactionFailed, redact
from services.intake.questions.domain import Found
from services.intake.questions.shapes import DOCUMENTED, FoundBody


def arrived(body: FoundBody) -> tuple[Found, dict[str, int]]:
    """The question as it may be stored, and how much was taken out of its text, by kind. Raises `Invalid`."""
    text, taken_out = redacted(body.text)
    gist, _ = redacted(body.gist)

    def suggested(offered: tuple[str, ...]) -> tuple[str, bool]:
        found = suggest(text or gist or "", offered)
        return found.tag, found.sure

    found = Found(
        space=body.space,
        text=text,
        gist=gist,
        language=body.language,
        suggested=suggested,
        link=folded(body.link),
        relation=body.relation,
        channel=body.channel,
        asked_at=body.asked_at,
        place=redacted(body.place)[0],
        deadline=body.deadline,
        documented=body.model_dump(include=DOCUMENTED, exclude_none=True),
    )
    return found, taken_out


def redacted(text: str | None) -> tuple[str | None, dict[str, int]]:
    """A text without what the rules find. Raises `Invalid` when they cannot be asked: then nothing is stored."""
    if text is None:
        return None, {}
    try:
        made = redact(text)
    except RedactionFailed:
        raise Invalid("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None
    return made.text, dict(made.found)


def folded(link: str | None, pointer: str = "/link") -> str | None:
    """The canonical form of a link. Raises `Invalid`."""
    found = canonical(link) if link else None
    if link and found is None:
        raise invalid(pointer, "not_a_link", "This link cannot be read as the link of a post.")
    return found
