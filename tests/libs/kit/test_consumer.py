"""What happens to one message: once, in order, and acknowledged only after the commit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import asyncpg
import pytest

from libs.contracts.envelope import Envelope
from libs.contracts.intake import QuestionCaptured, QuestionText
from libs.kit import consumer as consumers
from libs.kit.consumer import ATTEMPTS, Later
from libs.kit.errors import Conflict, Gone
from libs.kit.ids import new_id
from libs.kit.subscribers import Event, Retry
from libs.kit.transaction import Tx
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import captured, event, forgotten, message, one, taken, words
from tests.stack.stack import Stack


@pytest.fixture
async def review(stack: Stack) -> AsyncIterator[Listener]:
    async with listening(stack.fresh("review")) as made:
        yield made


def history(count: int, id: UUID | None = None) -> list[Envelope]:
    """A question and its first `count` events."""
    about = id or new_id()
    return [event(captured() if version == 1 else taken(), about, version) for version in range(1, count + 1)]


async def test_an_event_is_applied_once_however_often_it_comes(review: Listener) -> None:
    first, second = history(2)
    assert await review.hear(first, first, second, first, second) == [None] * 5
    assert await review.effects() == [1, 2]


async def test_two_copies_at_once_have_one_effect(review: Listener) -> None:
    (first,) = history(1)
    assert await asyncio.gather(*(review.hear(first) for _ in range(6))) == [[None]] * 6
    assert await review.effects() == [1]


async def test_an_event_nobody_wants_moves_the_gate(review: Listener) -> None:
    review.subscribers.every.clear()
    first, second = history(2)
    assert await review.hear(first, second) == [None, None]
    assert await review.gate(first.subject) == (2, None)


async def test_a_type_this_release_does_not_know_moves_the_gate(review: Listener) -> None:
    kind = "lotse.intake.question.sung.v1"
    unknown = event(taken(), new_id(), 1, type=kind, dataschema=f"urn:lotse:schema:{kind}")
    assert await review.hear(unknown) == [None]
    assert await review.gate(unknown.subject) == (1, None)


async def test_a_gap_waits_and_closes(review: Listener) -> None:
    first, second, third = history(3)
    third_answer, first_answer, *_ = await review.hear(third, first, second, third)
    assert isinstance(third_answer, Later) and first_answer is None
    assert await review.effects() == [1, 2, 3]
    assert await review.gate(first.subject) == (3, None)


async def test_a_gap_of_one_aggregate_keeps_no_other_waiting(review: Listener) -> None:
    late, other = history(2), history(2)
    answers = await review.hear(late[1], *other)
    assert isinstance(answers[0], Later) and answers[1:] == [None, None]


async def test_a_gap_that_stays_open_is_put_aside_and_drained_when_the_late_one_comes(review: Listener) -> None:
    first, second, third, fourth = history(4)
    await review.hear(third)
    review.consumer.gap_seconds = 0
    assert await review.hear(third, fourth) == [None, None]
    assert await review.gate(first.subject) == (0, "gap") and await review.parked() == [3, 4]
    await review.round()
    assert await review.effects() == []
    assert await review.hear(first, second) == [None, None]
    assert await review.effects() == [1, 2, 3, 4]
    assert await review.gate(first.subject) == (4, None) and await review.parked() == []


async def test_after_a_gap_was_closed_the_next_one_waits_its_minute_again(review: Listener) -> None:
    first, second, third, fourth = history(4)
    review.consumer.gap_seconds = 0.2
    await review.hear(second, first, second)
    await asyncio.sleep(0.25)
    assert isinstance((await review.hear(fourth))[0], Later)
    assert await review.hear(third, fourth) == [None, None]


async def test_what_waits_in_vain_flows_again_when_everything_came_by_the_bus(review: Listener) -> None:
    first, second, third = history(3)
    review.consumer.gap_seconds = 0
    await review.hear(third, first, second, third)
    await review.round()
    assert await review.gate(first.subject) == (3, None) and await review.parked() == []


async def test_another_event_under_an_applied_version_is_a_dead_letter_and_parks_what_follows(review: Listener) -> None:
    first, second, third = history(3)
    false = event(taken(), second.subject.split("/")[1], 2)
    assert await review.hear(first, second, false, third) == [None] * 4
    assert await review.letters() == [("version_conflict", 2)]
    assert await review.effects() == [1, 2] and await review.parked() == [3]
    assert await review.gate(first.subject) == (2, "dead-letter")


async def test_another_event_under_a_parked_version_is_a_dead_letter_too(review: Listener) -> None:
    *_, third = history(3)
    false = event(taken(), third.subject.split("/")[1], 3)
    review.consumer.gap_seconds = 0
    assert await review.hear(third, false, third) == [None] * 3
    assert await review.letters() == [("version_conflict", 3)] and await review.parked() == [3]


FORGERIES: dict[str, Callable[[bytes, str, str], tuple[bytes, str, str]]] = {
    "subject": lambda raw, subject, id: (raw, subject.replace("captured", "taken"), id),
    "another aggregate's id": lambda raw, subject, id: (raw, subject.replace(subject.split(".")[3], str(new_id())), id),
    "message id": lambda raw, subject, id: (raw, subject, str(new_id())),
    "source": lambda raw, subject, id: (raw.replace(b"/services/intake", b"/services/referral"), subject, id),
    "kind of aggregate": lambda raw, subject, id: (raw.replace(b'"question/', b'"posting/'), subject, id),
    "schema": lambda raw, subject, id: (raw.replace(b"urn:lotse:schema:", b"urn:lotse:schema:x."), subject, id),
}


@pytest.mark.parametrize("what", FORGERIES)
async def test_what_comes_under_a_false_name_is_a_dead_letter_that_parks_nothing(review: Listener, what: str) -> None:
    first, second = history(2)
    assert await review.consumer.receive(*FORGERIES[what](*message(first))) is None
    assert await review.letters() == [("forged", None)]
    assert await review.hear(first, second) == [None, None]
    assert await review.effects() == [1, 2]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00", b"{}", b"[" * 100_000, b'{"id": 1e999}', b"\xff\xfe", b'"\\ud800"', b"x" * 900_000, b"null"],
    ids=["empty", "nul", "object", "deep", "infinite", "not utf-8", "surrogate", "long", "null"],
)
async def test_what_cannot_be_read_is_kept_once_with_its_size(review: Listener, raw: bytes) -> None:
    for _ in range(2):
        assert await review.consumer.receive(raw, "ev.intake.question.x.taken.v1", "x") is None
    assert await review.letters() == [("unreadable", None)]
    assert await one(review.db, "SELECT size FROM dead_letter") == len(raw)
    assert await one(review.db, "SELECT length(bytes) FROM dead_letter") <= 65_536


def unfit(id: str, version: int) -> Envelope:
    """A capture whose data lacks everything."""
    return event(captured(), id, version, data={"week": "never"})


async def test_data_that_does_not_fit_is_a_dead_letter_when_it_is_its_turn(review: Listener) -> None:
    first, second, third = history(3)
    bad = unfit(first.subject.split("/")[1], 2)
    assert isinstance((await review.hear(bad))[0], Later)
    assert await review.letters() == []
    assert await review.hear(first, bad, third) == [None] * 3
    assert await review.letters() == [("invalid_data", 2)] and await review.parked() == [3]
    assert second.id != bad.id


async def test_a_failing_function_gets_eight_attempts_with_growing_delays_and_then_a_dead_letter(
    review: Listener,
) -> None:
    first, second = history(2)
    review.failing[first.id] = ValueError("a secret that must not be kept")
    answers = [(await review.hear(first))[0] for _ in range(ATTEMPTS)]
    delays = [answer.seconds for answer in answers[:-1] if answer]
    assert len(delays) == ATTEMPTS - 1 and delays == sorted(delays) and sum(delays) < consumers.GAP_SECONDS
    assert answers[-1] is None
    assert await review.letters() == [("failed", 1)]
    assert "secret" not in await one(review.db, "SELECT detail FROM dead_letter")
    assert await review.effects() == []
    assert await review.hear(second) == [None] and await review.parked() == [2]


async def test_an_attempt_that_succeeds_ends_the_counting(review: Listener) -> None:
    first, second = history(2)
    review.failing[first.id] = Conflict("not_yet", "")
    await review.hear(*[first] * (ATTEMPTS - 1))
    review.failing.clear()
    assert await review.hear(first) == [None]
    review.failing[second.id] = Conflict("not_yet", "")
    await review.hear(*[second] * (ATTEMPTS - 1))
    assert await review.letters() == []


@pytest.mark.parametrize("failure", [OSError("a file"), TimeoutError("somebody"), Gone("forgotten", ""), KeyError("x")])
async def test_a_functions_own_failure_is_counted_whatever_it_looks_like(review: Listener, failure: Exception) -> None:
    (first,) = history(1)
    review.failing[first.id] = failure
    await review.hear(*[first] * ATTEMPTS)
    assert await review.letters() == [("failed", 1)]


async def test_what_is_not_here_yet_is_waited_for_and_never_counted(review: Listener) -> None:
    (first,) = history(1)
    review.failing[first.id] = Retry("not_here")
    answers = await review.hear(*[first] * (ATTEMPTS + 3))
    assert all(isinstance(answer, Later) for answer in answers)
    review.failing.clear()
    assert await review.hear(first) == [None] and await review.letters() == []


async def test_a_database_that_is_away_pauses_the_loop_and_is_never_counted(review: Listener) -> None:
    (first,) = history(1)
    review.consumer.pause_seconds = 0.05
    review.failing[first.id] = asyncpg.PostgresConnectionError("away")
    began = asyncio.get_running_loop().time()
    answers = await review.hear(*[first] * (ATTEMPTS + 3))
    assert all(isinstance(answer, Later) for answer in answers)
    assert asyncio.get_running_loop().time() - began > 0.05 * len(answers)
    review.failing.clear()
    assert await review.hear(first) == [None] and await review.effects() == [1]


async def test_an_event_applied_elsewhere_while_it_failed_here_is_no_dead_letter(review: Listener) -> None:
    (first,) = history(1)
    review.failing[first.id] = ValueError("here")
    await review.hear(*[first] * (ATTEMPTS - 1))
    assert await Listener(review.db, review.consumer.texts).hear(first) == [None]
    assert await review.hear(first) == [None]
    assert await review.letters() == [] and await review.effects() == [1]


async def test_a_parked_event_that_fails_gets_its_attempts_too(review: Listener) -> None:
    first, second, third = history(3)
    review.consumer.gap_seconds = 0
    await review.hear(second, third)
    review.failing[second.id] = ValueError("no")
    await review.hear(first)
    for _ in range(ATTEMPTS - 2):
        await review.round()
    assert await review.letters() == [] and await review.parked() == [2, 3]
    await review.round()
    assert await review.letters() == [("failed", 2)]
    assert await review.effects() == [1] and 3 in await review.parked()


async def test_a_text_comes_with_its_event_and_is_none_when_it_is_forgotten(stack: Stack) -> None:
    heard: list[QuestionText | None] = []
    beside: dict[UUID, QuestionText | None] = {}

    async def texts(envelope: Envelope) -> QuestionText | None:
        return beside[envelope.id]

    async with listening(stack.fresh("review"), texts) as review:

        @review.subscribers.on(QuestionCaptured, text=True)
        async def keep(tx: Tx, event: Event[QuestionCaptured], text: QuestionText | None) -> None:
            heard.append(text)

        (first,), (second,), (third,) = history(1), history(1), history(1)
        beside |= {first.id: words("a"), second.id: None, third.id: words("c")}
        end = event(forgotten(), third.subject.split("/")[1], 1, subject=f"question/{new_id()}")
        end = end.model_copy(update={"correlationid": third.correlationid})
        assert await review.hear(first, second, end, third) == [None] * 4
    assert heard == [words("a"), None, None]


async def test_from_a_forgetting_on_nothing_is_stored_here(review: Listener) -> None:
    first, _ = history(2)
    end = event(forgotten(), first.subject.split("/")[1], 2)
    await review.hear(first, end)
    assert await one(review.db, "SELECT concerns FROM forgotten") == first.correlationid

    async def store(tx: Tx, envelope: Envelope, raw: bytes) -> None:
        await tx.keep_from_forgetting(envelope.correlationid)

    review.subscribers.on_every(store)
    later = event(taken(), first.subject.split("/")[1], 3)
    await review.hear(*[later] * ATTEMPTS)
    assert await review.letters() == [("failed", 3)]


async def test_a_crash_before_the_acknowledgement_is_a_redelivery_without_effect(review: Listener) -> None:
    """The commit is done, the process is not: another one gets the same message."""
    (first,) = history(1)
    await review.hear(first)
    again = Listener(review.db, review.consumer.texts)
    assert await again.hear(first) == [None]
    assert await review.effects() == [1]
