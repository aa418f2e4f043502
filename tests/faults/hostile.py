"""Messages that nobody of ours would publish, from a seeded generator, each with the reason for which it must become a
dead letter. Most hold a canary: where it is found in a log, a message was repeated there."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.envelope import Envelope, encode
from libs.contracts.review import SubmissionTaken
from libs.kit.ids import new_id
from tests.libs.kit.parts import captured, event, taken

CANARY = "Kanarienvogel-4711"


@dataclass(frozen=True)
class Message:
    """What is put on the stream of `source`; `reason` None is a good event."""

    subject: str
    raw: bytes
    id: str
    reason: str | None = None
    envelope: Envelope | None = None
    aggregate: str | None = None


# What a service says first of an aggregate, and then.
FACTS = {
    "intake": (captured(), taken()),
    "review": (SubmissionTaken(lease_hours=24), SubmissionTaken(lease_hours=24)),
}


def good(source: str, id: UUID, version: int) -> Message:
    """The first event of an aggregate, or the second."""
    made = event(FACTS[source][version - 1], id, version)
    return Message(made.bus_subject, encode(made), str(made.id), envelope=made, aggregate=made.subject)


Spoil = Callable[[Message, random.Random], bytes]


def _changed(**attributes: Any) -> Spoil:
    """An attribute of the envelope made wrong; a callable is told the chance."""

    def spoil(base: Message, chance: random.Random) -> bytes:
        whole = {**json.loads(base.raw), "note": CANARY}
        return json.dumps({**whole, **attributes}).encode()

    return spoil


def _without(name: str) -> Spoil:
    def spoil(base: Message, chance: random.Random) -> bytes:
        whole = {**json.loads(base.raw), "note": CANARY}
        del whole[name]
        return json.dumps(whole).encode()

    return spoil


def _noise(base: Message, chance: random.Random) -> bytes:
    return CANARY.encode() + chance.randbytes(chance.randrange(1, 300))


def _huge(base: Message, chance: random.Random) -> bytes:
    return json.dumps({"note": f"{CANARY}{chance.random()}" * 9_000}).encode()


def _deep(base: Message, chance: random.Random) -> bytes:
    return f'{{"{CANARY}{chance.random()}":'.encode() + b"[" * 20_000


def _cut(base: Message, chance: random.Random) -> bytes:
    return base.raw[: -chance.randrange(1, 60)] + CANARY.encode()


def _literal(old: bytes, new: bytes) -> Spoil:
    """A value that no encoder of ours writes."""

    def spoil(base: Message, chance: random.Random) -> bytes:
        raw = base.raw.replace(b'{"specversion"', f'{{"note":"{CANARY}","specversion"'.encode(), 1)
        assert old in raw
        return raw.replace(old, new, 1)

    return spoil


UNREADABLE: list[Spoil] = [
    *(_noise, _huge, _deep, _cut),
    *(_without(name) for name in ("id", "source", "type", "subject", "time", "aggregateversion", "role", "data")),
    _changed(specversion="0.3"),
    _changed(time="2026-11-23T12:00:00"),
    _changed(aggregateversion=-1),
    _changed(aggregateversion=2**31),
    _changed(aggregateversion=10**400),
    _changed(aggregateversion="1; DROP TABLE event"),
    _changed(programme=f"{CANARY} {CANARY}"),
    _changed(subject="question/\x00"),
    _changed(subject="question/" + "a" * 4_000),
    _changed(role="superuser"),
    _changed(data=[CANARY]),
    _changed(source="/services/elsewhere"),
    _literal(b'"aggregateversion":', b'"aggregateversion":1e999,"x":'),
    _literal(b'"aggregateversion":', b'"aggregateversion":NaN,"x":'),
    _literal(b'"programme":"fem-os"', b'"programme":"fem\xff\xfeos"'),
    _literal(b'"programme":"fem-os"', b'"programme":"\\ud800"'),
]
FORGED: list[Spoil] = [
    _changed(subject="question/somebody-else"),
    _changed(source="/services/referral"),
    _changed(dataschema="urn:lotse:schema:lotse.intake.question.forgotten.v1"),
    _changed(id="0198c0de-0000-7000-8000-000000000001"),
    _changed(type="lotse.referral.referral.accepted.v1"),
]
DATA: dict[str, list[dict[str, Any]]] = {
    "intake": [
        {"week": CANARY},
        {"language": f"{CANARY} and a sentence"},
        {"platform": "myspace"},
        {"topic": None},
        {"week": ["2026-W48"]},
        {"language": "\x00"},
        {"channel": {"a": {"b": CANARY}}},
    ],
    "review": [{"lease_hours": CANARY}, {"lease_hours": -1}, {"lease_hours": 10**30}, {"lease_hours": None}],
}


def unreadable(source: str, chance: random.Random) -> Message:
    base = good(source, new_id(), 1)
    return Message(base.subject, chance.choice(UNREADABLE)(base, chance), str(new_id()), "unreadable")


def forged(source: str, chance: random.Random) -> Message:
    """A body that names another than the subject, the stream or the message id under which it came."""
    base = good(source, new_id(), 1)
    return Message(base.subject, chance.choice(FORGED)(base, chance), base.id, "forged")


def invalid(source: str, id: UUID, chance: random.Random) -> Message:
    """The first event of an aggregate, whose data does not fit its type: it stands for version 1, which is never
    applied."""
    made = event(FACTS[source][0], id, 1)
    spoilt = made.model_copy(update={"data": {**made.data, **chance.choice(DATA[source])}})
    return Message(made.bus_subject, encode(spoilt), str(made.id), "invalid_data", aggregate=made.subject)


def twin(source: str, id: UUID) -> Message:
    """Another event under a version that was taken."""
    made = good(source, id, 1)
    return Message(made.subject, made.raw, made.id, "version_conflict", aggregate=made.aggregate)
