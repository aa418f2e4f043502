"""Thousands of malformed and forged messages among good ones: each becomes a dead letter with its reason, every good
event is applied once and in order, and nothing of what was sent is repeated in a log."""

import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from libs.contracts.envelope import encode
from libs.kit.connection import api, close, connect
from libs.kit.forgetting import Texts
from libs.kit.ids import new_id
from libs.kit.publishing import Row
from libs.kit.streams import event_stream
from tests.faults import hostile
from tests.faults.fleet import Fleet
from tests.faults.hostile import Message
from tests.libs.kit.parts import words
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults
READERS = {"intake": ("review", "referral", "reporting"), "review": ("intake", "reporting")}
GROWTH_AT_MOST = 150 * 1024  # KiB: caches fill, dead letters do not pile up in memory


@pytest.mark.parametrize("source", READERS)
async def test_hostile_messages_become_dead_letters_and_good_ones_between_them_are_applied(
    fleet: Fleet, source: str, long: bool
) -> None:
    seed = int(os.environ.get("LOTSE_SEED") or random.randrange(10**9))
    print(f"LOTSE_SEED={seed}")
    await fleet.start(**{name: name for name in READERS[source]})
    sent = _plan(source, 10_000 if long else 500, random.Random(seed))
    before = {name: _memory(fleet, name) for name in READERS[source]}
    await _send(fleet, source, sent)
    for name in READERS[source]:
        await eventually(lambda name=name: _read(fleet, source, name), 600 if long else 60)
        await _letters_are_right(fleet, source, name, sent)
        assert _memory(fleet, name) - before[name] < GROWTH_AT_MOST
    await _applied_once_and_in_order(fleet, source, sent)
    for process in fleet.processes.values():
        await eventually(process.ready, 30)
    assert not [log for log in (fleet.folder / "logs").iterdir() if hostile.CANARY in log.read_text(errors="replace")]


def _plan(source: str, count: int, chance: random.Random) -> list[Message]:
    """`count` hostile messages, and as many good aggregates, in an order that keeps each aggregate's own."""
    lines: list[Sequence[Message]] = []
    for number in range(count):
        one, other = new_id(), new_id()
        lines.append((hostile.good(source, one, 1), hostile.good(source, one, 2)))
        first, second = hostile.good(source, other, 1), hostile.good(source, other, 2)
        lines.append(
            (
                (hostile.unreadable(source, chance),),
                (hostile.forged(source, chance),),
                (hostile.invalid(source, other, chance), second),
                (first, hostile.twin(source, other), second),
            )[number % 4]
        )
    places = [(chance.random(), line) for line in lines]
    spread = [(place + 0.2 * step, message) for place, line in places for step, message in enumerate(line)]
    return [message for _, message in sorted(spread, key=lambda pair: pair[0])]


async def _send(fleet: Fleet, source: str, sent: Sequence[Message]) -> None:
    """As whoever holds the source's password could; the good ones with the text that belongs to them."""
    client = await connect(fleet.stack.nats.url, source, fleet.stack.secrets.password(f"nats-{source}"), "test")
    texts, jetstream = Texts(client, source), client.jetstream(timeout=10)
    for number, message in enumerate(sent, 1):
        envelope = message.envelope
        if envelope is not None and envelope.type == "lotse.intake.question.captured.v1":
            text = words().model_dump_json().encode()
            row = Row(number, envelope.id, envelope.subject, envelope.correlationid, encode(envelope), text)
            await texts.store([row])
        headers = {"Nats-Msg-Id": message.id, "Lotse-Seq": str(number)}
        await jetstream.publish(message.subject, message.raw, stream=event_stream(source), headers=headers)
    await close(client)


async def _read(fleet: Fleet, source: str, name: str) -> bool:
    """Whether everything was delivered and acknowledged."""
    client = await connect(fleet.stack.nats.url, name, fleet.stack.secrets.password(f"nats-{name}"), "test")
    try:
        info = await api(client, f"CONSUMER.INFO.{event_stream(source)}.{name}")
    finally:
        await close(client)
    return not info["num_pending"] and not info["num_ack_pending"]


async def _letters_are_right(fleet: Fleet, source: str, name: str, sent: Sequence[Message]) -> None:
    letters = await fleet.rows(name, "SELECT reason, detail, aggregate FROM dead_letter WHERE source = $1", source)
    assert Counter(row["reason"] for row in letters) == Counter(one.reason for one in sent if one.reason)
    assert not [row for row in letters if hostile.CANARY in row["detail"]]
    named = sorted(one.aggregate for one in sent if one.reason and one.aggregate)
    assert sorted(row["aggregate"] for row in letters if row["aggregate"]) == named
    parked = [row["aggregate"] for row in await fleet.rows(name, "SELECT aggregate FROM parked WHERE version = 2")]
    assert sorted(parked) == named


async def _applied_once_and_in_order(fleet: Fleet, source: str, sent: Sequence[Message]) -> None:
    broken = {one.aggregate for one in sent if one.reason and one.aggregate}
    twins = {one.aggregate for one in sent if one.reason == "version_conflict"}
    heard = "SELECT event_id FROM history WHERE source = $1 AND bytes LIKE $2 ORDER BY position"
    whole = [one for one in sent if one.envelope and one.aggregate not in broken]
    # Of a version that two claim the first is applied, and nothing after it.
    wanted = [one.id for one in whole]
    wanted += [one.id for one in sent if one.aggregate in twins and one.envelope and one.envelope.aggregateversion == 1]
    found = [str(row["event_id"]) for row in await fleet.rows("reporting", heard, source, b"%fem-os%")]
    assert sorted(found) == sorted(wanted)
    gates = "SELECT aggregate, version FROM gate WHERE source = $1"
    for name in READERS[source]:
        reached = {row["aggregate"]: row["version"] for row in await fleet.rows(name, gates, source)}
        assert {one.aggregate for one in whole} == {name for name, version in reached.items() if version == 2}
    if source == "intake":
        known = await fleet.rows("review", "SELECT id FROM known_question")
        firsts = {one.aggregate for one in sent if one.envelope and one.envelope.aggregateversion == 1}
        assert {f"question/{row['id']}" for row in known} == firsts


def _memory(fleet: Fleet, name: str) -> int:
    """Resident, in KiB."""
    child = fleet.processes[name].child
    assert child is not None
    status = Path(f"/proc/{child.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
