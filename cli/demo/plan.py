"""What is to happen to each question, decided beforehand from its place in the file alone, so that two runs over one
file do the same and even a few lines show everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cli.demo.lines import Line
from cli.demo.links import pair

# Where a line names no programme, lines take turns; who offers the language not at all is passed over.
TURNS = ("fem-os", "mb40", "fem-os", "lara", "fem-os", "mb40", "fem-os")
FALLBACK = "fem-os"


class Fate(StrEnum):
    """How the answer comes about."""

    ANSWERED = "answered"
    RETURNED = "returned with reasons, revised, approved"
    CHANGED = "approved with changes, confirmed"
    BLOCKED = "blocked, referred instead"
    DEVIATING = "posted differently, corrected"
    UNAPPROVED = "posted without approval, an incident"
    LEFT = "answered well by others, closed"


class Referral(StrEnum):
    """How somebody is sent elsewhere."""

    ADDRESS = "address only"
    ADVISED = "code redeemed, accepted, advised"
    DECLINED = "code redeemed, declined"
    WITHDRAWN = "code withdrawn by its holder"
    WITHDRAWN_LATE = "code redeemed, then withdrawn"
    OFFERED = "code handed over"


# (every so many, beginning with): the first that fits decides. Small numbers, so that forty lines show each.
FATES: tuple[tuple[int, int, Fate], ...] = (
    (29, 5, Fate.BLOCKED),
    (31, 9, Fate.UNAPPROVED),
    (17, 3, Fate.CHANGED),
    (13, 7, Fate.DEVIATING),
    (11, 2, Fate.RETURNED),
    (19, 12, Fate.LEFT),
)
REFERRALS = tuple(Referral)
REFERRED_EVERY, ERASED_EVERY, TWICE_EVERY, SHARED_EVERY = 6, 16, 9, 14


@dataclass(frozen=True)
class Space:
    """A registered space."""

    id: str
    programme: str
    platform: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """One question's way. `link` and `twin` name the same post; with `shared` it is the post under which question
    number `shared` was found, and `relation` says what this one is to that."""

    number: int
    line: Line
    space: Space
    link: str | None
    twin: str | None
    fate: Fate
    referral: Referral | None = None
    found_twice: bool = False
    erased: bool = False
    shared: int | None = None
    relation: str | None = None

    @property
    def programme(self) -> str:
        return self.space.programme


def plans(lines: Sequence[Line], spaces: Sequence[Space], offered: Mapping[str, Sequence[str]], run: int) -> list[Plan]:
    """A plan for each line. `offered` is programme → languages; `run` tells the links of two runs apart."""
    made: list[Plan] = []
    last: dict[str, int] = {}
    for number, line in enumerate(lines):
        space = _space(spaces, _programme(line, number, offered), line.language, number)
        plan = _plan(number, line, space, run)
        earlier = last.get(space.programme)
        if number % SHARED_EVERY == 10 and earlier is not None and plan.link is not None:
            plan = _sharing(plan, made[earlier])
        elif plan.link is not None and not plan.erased:
            last[space.programme] = number
        made.append(plan)
    return made


def _plan(number: int, line: Line, space: Space, run: int) -> Plan:
    links = pair(space.platform, run, run * 100_000 + number)
    fate = next((fate for every, first, fate in FATES if number % every == first), Fate.ANSWERED)
    return Plan(
        number=number,
        line=line,
        space=space,
        link=links[0] if links else None,
        twin=links[1] if links else None,
        fate=fate,
        referral=REFERRALS[number // REFERRED_EVERY % len(REFERRALS)] if number % REFERRED_EVERY == 4 else None,
        found_twice=links is not None and number % TWICE_EVERY == 1,
        erased=number % ERASED_EVERY == 14 and fate is not Fate.UNAPPROVED,
    )


def _sharing(plan: Plan, earlier: Plan) -> Plan:
    """Found under a post that was there before: somebody asks on, or somebody else asks."""
    relation = "follow-up" if plan.number // SHARED_EVERY % 2 else "other-person"
    there = replace(plan, space=earlier.space, link=earlier.twin, twin=earlier.link, shared=earlier.number)
    # Not erased: its link stays with the earlier question, and finding it there would prove nothing.
    return replace(there, relation=relation, found_twice=False, erased=False)


def _programme(line: Line, number: int, offered: Mapping[str, Sequence[str]]) -> str:
    if line.programme in offered:
        return str(line.programme)
    turns = (TURNS[(number + step) % len(TURNS)] for step in range(len(TURNS)))
    return next((code for code in turns if line.language in offered.get(code, ())), FALLBACK)


def _space(spaces: Sequence[Space], programme: str, language: str | None, number: int) -> Space:
    own = [space for space in spaces if space.programme == programme]
    speaking = [space for space in own if language in space.languages]
    choice = speaking or own
    return choice[number % len(choice)]
