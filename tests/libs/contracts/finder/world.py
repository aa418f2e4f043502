"""An invented programme in its second year, seeded: groups, what people asked there, and what was captured.

The size is that of two or three projects together (about 680 captured questions a month, three languages, two
platforms); the matters people ask about and their shares follow the published topic tables (residence first, then pay,
contracts, dismissal). After a year the counsellors come into one more group of 300 members in each language and on each
platform: these are attacked.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from libs.contracts.codes import CapturedAs, Channel, Contact, LegalClass, Level, Platform, Relation, SizeClass, Urgency
from libs.contracts.lands import Land

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
MATTERS = {
    "c-pay-working-time": 11,
    "f-titles": 10,
    "c-contract": 9,
    "f-family-reunion": 9,
    "c-dismissal": 8,
    "e-sgb-ii": 8,
    "f-naturalisation": 8,
    "h-insurance": 7,
    "a-equivalence": 5,
    "g-separation": 5,
    "j-tenancy": 5,
    "m-where-to-go": 5,
    "i-integration-course": 4,
    "e-child-benefit": 3,
    "j-registration": 3,
}


@dataclass(frozen=True)
class Group:
    """A place where people ask; `members` is what anyone can read on its page."""

    id: UUID
    platform: Platform
    language: str
    members: int
    captured_per_week: float
    joined_week: int = 0

    @property
    def size_class(self) -> SizeClass:
        bounds = {10_000: SizeClass.UNDER_10000, 100_000: SizeClass.UNDER_100000}
        return next((code for bound, code in bounds.items() if self.members < bound), SizeClass.FROM_100000)


@dataclass(frozen=True)
class Post:
    """One captured post: what can be seen in the group, and what the counsellor judged."""

    group: Group
    asked_at: datetime
    captured_at: datetime
    topic: str
    counsellor: UUID
    answered: bool
    channel: Channel
    level: Level
    legal_class: LegalClass
    urgency: Urgency
    land: Land
    relation: Relation
    has_deadline: bool
    beside: str | None
    anonymous: bool
    form: CapturedAs
    third_person: bool
    contact: Contact


@dataclass(frozen=True)
class Size:
    """How big the invented programme is; the defaults are the programme the promise is made for."""

    weeks: int = 60
    small_groups: int = 7
    per_small_group: float = 2.0
    larger_groups: int = 3


def groups(chance: random.Random, size: Size) -> Iterator[Group]:
    for language in ("ar", "fa", "es"):
        for platform in (Platform.FACEBOOK, Platform.TELEGRAM):
            for _ in range(size.small_groups):
                members = chance.randrange(300, 1_000)
                yield Group(_id(chance), platform, language, members, size.per_small_group)
            for _ in range(size.larger_groups):
                members = chance.randrange(4_000, 60_000)
                yield Group(_id(chance), platform, language, members, size.per_small_group * 2)
            yield Group(_id(chance), platform, language, 300, 2.0, joined_week=size.weeks - 8)


def captured_posts(seed: int, size: Size = Size()) -> list[Post]:
    """Every post the counsellors captured, in the order of asking."""
    chance = random.Random(seed)
    staff = {language: [_id(chance), _id(chance)] for language in ("ar", "fa", "es")}
    found = []
    for group in groups(chance, size):
        weeks = size.weeks - group.joined_week
        for _ in range(round(weeks * group.captured_per_week)):
            asked = START + timedelta(weeks=group.joined_week, hours=chance.uniform(0, weeks * 168))
            found.append(_post(chance, group, asked, chance.choice(staff[group.language])))
    return sorted(found, key=lambda post: post.asked_at)


def _post(chance: random.Random, group: Group, asked: datetime, counsellor: UUID) -> Post:
    own = random.Random(f"{group.id} {asked}")
    return Post(
        group=group,
        asked_at=asked,
        captured_at=asked + timedelta(hours=chance.expovariate(1 / 30)),
        topic=chance.choices(list(MATTERS), list(MATTERS.values()))[0],
        counsellor=counsellor,
        answered=chance.random() < 0.85,
        channel=Channel.PUBLIC,
        level=chance.choices(list(Level), (5, 4, 1))[0],
        legal_class=chance.choices(list(LegalClass), (3, 5, 2, 0.2))[0],
        urgency=chance.choices(list(Urgency), (1, 3, 16))[0],
        land=chance.choice(list(Land)),
        relation=chance.choices(list(Relation), (18, 1, 1))[0],
        has_deadline=chance.random() < 0.15,
        beside=chance.choice(list(MATTERS)) if chance.random() < 0.25 else None,
        anonymous=own.random() < 0.3,
        form=own.choices((CapturedAs.TYPED, CapturedAs.IMAGE, CapturedAs.VOICE), (18, 1, 1))[0],
        third_person=own.random() < 0.15,
        contact=own.choices(list(Contact), (6, 1, 3))[0],
    )


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
