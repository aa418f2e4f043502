"""The one door for identifiers. UUIDv7 sorts by time and is monotonic within a process; Python has it only from
3.14.
"""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

NAMESPACE = UUID("6c6f7473-6500-5000-8000-000000000001")


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()


def staff_id(issuer: str, subject: str) -> UUID:
    """The same pseudonymous id in every service; the name and the mail address in a token are never read."""
    return uuid5(NAMESPACE, f"{issuer}|{subject}")
