"""How a question came to be written down: what of the post was taken over, whose matter it is, what a machine did."""

from enum import StrEnum


class CapturedAs(StrEnum):
    """What the captured text is: the post's own words, a person's summary of it, or read out of a picture or voice."""

    TYPED = "typed"
    SUMMARY = "summary"
    IMAGE = "image"
    VOICE = "voice"


class Contact(StrEnum):
    """Whether the person asked us before; funders count both apart."""

    FIRST = "first"
    FOLLOW_UP = "follow-up"
    UNKNOWN = "unknown"


class MachineHelp(StrEnum):
    """What a machine was used for; that none was used is the empty list."""

    TRANSLATION = "translation"
    SPEED = "speed"
    AGGREGATION = "aggregation"
    SOURCES = "sources"
