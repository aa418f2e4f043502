"""What pydantic found wrong, in our words: stable code, a sentence, and a pointer that never repeats what was typed."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from libs.kit.errors import Fault

MOST = 20
COUNTLESS = 1_000
MOMENT = "A moment with its time zone, such as 2026-11-23T09:30:00Z, is expected here."
# By the beginning of pydantic's error type: `int_parsing` and `int_type` both expect a whole number.
EXPECTED = {
    kind: sentence
    for kinds, sentence in (
        ("string", "A text is expected here."),
        ("int", "A whole number is expected here."),
        ("float decimal", "A number is expected here."),
        ("bool", "true or false is expected here."),
        ("list tuple set frozen", "A list is expected here."),
        ("dict model", "An object is expected here."),
        ("date", "A date such as 2026-11-23 is expected here."),
        ("datetime timezone", MOMENT),
        ("uuid", "An id (UUID) is expected here."),
    )
    for kind in kinds.split()
}
KNOWN = {
    "missing": ("required", "This is required."),
    "union_tag_not_found": ("required", "This is required."),
    "extra_forbidden": ("unknown_member", "There is a member here that is not known."),
    "enum": ("unknown_code", "One of the accepted codes is expected here."),
    "literal_error": ("unknown_code", "One of the accepted codes is expected here."),
    "union_tag_invalid": ("unknown_code", "One of the accepted codes is expected here."),
    "string_pattern_mismatch": ("malformed", "This does not have the expected form."),
    "finite_number": ("out_of_range", "This number is outside what is accepted."),
}
# pydantic's limits are constants of our models, so they may be said; nothing else of its context is.
LIMITS = {
    "max_length": ("too_long", "This is too long; the maximum is {}."),
    "min_length": ("too_short", "This is too short; the minimum is {}."),
    "le": ("out_of_range", "This is too large; the maximum is {}."),
    "lt": ("out_of_range", "This is too large; it must be less than {}."),
    "ge": ("out_of_range", "This is too small; the minimum is {}."),
    "gt": ("out_of_range", "This is too small; it must be more than {}."),
}


class Refused(ValueError):
    """Raised by a validator of a body: a stable code and a constant sentence, never the value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def faults(error: ValidationError, document: Any, names: frozenset[str], root: str = "") -> tuple[Fault, ...]:
    """At most 20 faults. Only member names of our model (`names`) appear in the pointers into `document`."""
    if error.error_count() > COUNTLESS:
        # pydantic would make a list of all of them first, and everybody else would wait that long.
        return (Fault(root, "too_many_faults", "More is wrong here than can be listed."),)
    details = error.errors(include_url=False, include_input=False)
    above = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    found = [
        Fault(root + pointer(detail["loc"], document, names), *_said(detail))
        for detail in details
        # pydantic counts only what is right in a list: with one wrong entry it would call a list of one empty.
        if detail["type"] != "too_short" or detail["loc"] not in above
    ]
    return tuple(dict.fromkeys(found))[:MOST]


def pointer(location: Sequence[int | str], document: Any, names: frozenset[str]) -> str:
    """RFC 6901 pointer to the place, ending where the sender's own keys begin; a union's branch names are no place."""
    path = ""
    for part in location:
        if isinstance(part, int) and isinstance(document, list):
            document = document[part] if 0 <= part < len(document) else None
        elif part in names and isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, dict) and part in document:
            break
        else:
            continue
        path += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return path


def _said(detail: ErrorDetails) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Refused):
        return cause.code, cause.message
    if kind in KNOWN:
        return KNOWN[kind]
    for limit, (code, sentence) in LIMITS.items():
        if isinstance(context.get(limit), int):
            return code, sentence.format(f"{context[limit]:,}")
    expected = EXPECTED.get(kind.partition("_")[0])
    if expected:
        return "wrong_type" if kind.endswith("_type") else "malformed", expected
    return "not_accepted", "This value is not accepted here."
