"""The whole error tree. Only the HTTP edge knows statuses; everything else raises these.

LotseError
├── Invalid        what was sent is wrong: `errors` point at the places          400/422
├── Unauthenticated  no token, or one that does not hold                         401
├── Forbidden      the caller may know of it, but may not do this                403
├── NotFound       it is not there, or the caller may not know of it             404
├── Conflict       it is there, but not in a state that allows this              409
├── Gone           it was here and has been forgotten                            410
├── Stale          someone else changed it meanwhile: `version` is the current   412
├── Limited        too often                                                     429
└── Unavailable    a part we need is away: try again after `retry_after` seconds 503
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One place in the input: RFC 6901 pointer, stable code, and a sentence a person understands. Never the input
    itself.
    """

    pointer: str
    code: str
    message: str


class LotseError(Exception):
    """`code` is stable and machine-readable, `message` is for people; neither ever holds what somebody typed."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: tuple[Fault, ...] = (),
        retry_after: int | None = None,
        **extra: object,
    ) -> None:
        super().__init__(code)
        self.code, self.message, self.errors, self.retry_after, self.extra = code, message, errors, retry_after, extra


class Invalid(LotseError):
    """What was sent is wrong."""


class Unauthenticated(LotseError):
    """No token, or one that does not hold."""


class Forbidden(LotseError):
    """The caller may know of it, but may not do this."""


class NotFound(LotseError):
    """It is not there, or the caller may not know of it."""


class Conflict(LotseError):
    """It is there, but not in a state that allows this."""


class Gone(LotseError):
    """It was here and has been forgotten."""


class Stale(LotseError):
    """Someone else changed it meanwhile; `extra["current_version"]` says where it stands."""


class Limited(LotseError):
    """Too often, too fast."""


class Unavailable(LotseError):
    """A part we need is away; nothing was changed."""


def invalid(pointer: str, code: str, message: str) -> Invalid:
    """The common case: one wrong place."""
    return Invalid(
        "invalid_input", "Some of what was sent cannot be accepted.", errors=(Fault(pointer, code, message),)
    )
