"""What each service may do on the bus, tried with its own password: its own, and nothing else."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from nats.aio.client import Client

from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for, text_sources_for
from libs.kit.connection import api
from libs.kit.streams import event_stream, permissions, says_text, streams, text_stream
from tests.libs.kit.parts import user
from tests.stack.stack import Stack

WAIT = 0.4
EVENT = "question.x.taken.v1"


async def answered(client: Client, subject: str, body: Any = None) -> bool:
    """Whether anybody answered: the server does not carry what is not allowed, and says so to nobody who asked."""
    try:
        await client.request(subject, b"" if body is None else json.dumps(body).encode(), timeout=WAIT)
    except Exception:  # noqa: BLE001 whatever it is, it is no answer
        return False
    return True


async def those_answered(client: Client, attempts: Iterable[tuple[str, Any]]) -> list[str]:
    asked = list(attempts)
    found = await asyncio.gather(*(answered(client, subject, body) for subject, body in asked))
    return [subject for (subject, _), yes in zip(asked, found, strict=True) if yes]


def as_others(service: str) -> list[tuple[str, Any]]:
    """Saying something, and acting on durables and texts, in another's name."""
    found: list[tuple[str, Any]] = []
    for other in set(SERVICES) - {service}:
        found += [(f"ev.{other}.{EVENT}", {}), (f"forgettable.{other}.q.e", {})]
        for source in sources_for(other):
            stream = event_stream(source)
            found += [
                (f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{other}", {"batch": 1, "no_wait": True}),
                (f"$JS.API.CONSUMER.PAUSE.{stream}.{other}", {"pause_until": "2199-01-01T00:00:00Z"}),
                (f"$JS.API.CONSUMER.INFO.{stream}.{other}", None),
            ]
    return found


def as_master() -> list[tuple[str, Any]]:
    """Making, changing, emptying and deleting what is everybody's, and reading it past the durables."""
    found: list[tuple[str, Any]] = [
        ("$JS.API.STREAM.NAMES", None),
        ("$JS.API.STREAM.LIST", None),
        ("$JS.API.INFO", None),
    ]
    for stream in streams():
        name = stream["name"]
        consumer = {"stream_name": name, "config": {"name": "spy", "durable_name": "spy", "ack_policy": "none"}}
        found += [
            (f"$JS.API.STREAM.UPDATE.{name}", {**stream, "max_age": 10**9}),
            (f"$JS.API.STREAM.PURGE.{name}", None),
            (f"$JS.API.STREAM.SNAPSHOT.{name}", {"deliver_subject": "_INBOX.x"}),
            (f"$JS.API.STREAM.MSG.GET.{name}", {"seq": 1}),
            (f"$JS.API.DIRECT.GET.{name}", {"seq": 1}),
            (f"$JS.API.CONSUMER.CREATE.{name}.spy", consumer),
            (f"$JS.API.CONSUMER.CREATE.{name}", consumer),
            (f"$JS.API.CONSUMER.DURABLE.CREATE.{name}.spy", consumer),
            (f"$JS.API.CONSUMER.NAMES.{name}", None),
        ]
    found += [("$JS.API.CONSUMER.DELETE.EV_INTAKE.nobody", None), ("$JS.API.STREAM.DELETE.NOTHING", None)]
    return [*found, ("$JS.API.STREAM.CREATE.SPY", {"name": "SPY", "subjects": ["spy.>"]})]


def texts(service: str) -> list[tuple[str, Any]]:
    """Reading the texts of all others, and deleting them."""
    others = [text_stream(other) for other in SERVICES if says_text(other) and other != service]
    reads: list[tuple[str, Any]] = [(f"$JS.API.DIRECT.GET.{stream}.forgettable.x.q.e", None) for stream in others]
    return reads + [(f"$JS.API.STREAM.MSG.DELETE.{stream}", {"seq": 1}) for stream in others]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_acts_in_no_others_name(bus: Client, stack: Stack, service: str) -> None:
    async with user(stack, service) as client:
        assert await those_answered(client, as_others(service)) == []
    for stream in streams():
        assert (await api(bus, f"STREAM.INFO.{stream['name']}"))["state"]["messages"] == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_makes_changes_empties_and_deletes_nothing(bus: Client, stack: Stack, service: str) -> None:
    async with user(stack, service) as client:
        assert await those_answered(client, as_master()) == []
        own = {"seq": 1}
        assert await those_answered(client, [(f"$JS.API.STREAM.MSG.DELETE.{event_stream(service)}", own)]) == []


async def test_the_same_is_answered_to_who_may(bus: Client) -> None:
    """A list whose subjects nobody answers would prove nothing."""
    wanted = [subject for subject, _ in as_master()]
    assert await those_answered(bus, as_master()) == wanted
    await api(bus, "STREAM.DELETE.SPY")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_only_texts_that_are_meant_for_it(bus: Client, stack: Stack, service: str) -> None:
    may = {f"$JS.API.DIRECT.GET.{text_stream(source)}.forgettable.x.q.e" for source in text_sources_for(service)}
    async with user(stack, service) as client:
        assert set(await those_answered(client, texts(service))) == may


async def test_reporting_reads_no_text(bus: Client, stack: Stack) -> None:
    assert text_sources_for("reporting") == []
    async with user(stack, "reporting") as client:
        assert await those_answered(client, texts("reporting")) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_overhears_nothing(bus: Client, stack: Stack, service: str) -> None:
    heard: list[str] = []

    async def overhear(message: Any) -> None:
        heard.append(message.subject)

    other = "review" if service == "intake" else "intake"
    async with user(stack, service) as curious, user(stack, other) as talking:
        for pattern in (">", "ev.>", "forgettable.>", "$JS.>", "$SYS.>", f"_INBOX.{other}.>", "_INBOX.*.>", "*.*"):
            await curious.subscribe(pattern, cb=overhear)
        await curious.flush()
        await talking.jetstream().publish(f"ev.{other}.{EVENT}", b"{}", stream=event_stream(other))
        await talking.jetstream().publish(f"forgettable.{other}.q.e", b"{}", stream=text_stream(other))
        await curious.flush()
    assert heard == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_do_its_own(bus: Client, stack: Stack, service: str) -> None:
    said = f"ev.{service}.{EVENT}"
    wanted: list[tuple[str, Any]] = [(f"$JS.API.STREAM.INFO.{event_stream(service)}", None)]
    for source in sources_for(service):
        stream = event_stream(source)
        wanted += [
            (f"$JS.API.CONSUMER.INFO.{stream}.{service}", None),
            (f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{service}", {"batch": 1, "no_wait": True}),
            (f"$JS.API.CONSUMER.PAUSE.{stream}.{service}", {"pause_until": "2000-01-01T00:00:00Z"}),
        ]
    if says_text(service):
        wanted += [
            (f"forgettable.{service}.q.e", {}),
            (f"$JS.API.STREAM.MSG.DELETE.{text_stream(service)}", {"seq": 1}),
            (f"$JS.API.DIRECT.GET.{text_stream(service)}.forgettable.{service}.q.e", None),
        ]
    async with user(stack, service) as client:
        assert await those_answered(client, wanted) == [subject for subject, _ in wanted]
        # Said last: a pull that is answered with an event carries the event's subject, which `request` does not know.
        assert await those_answered(client, [(said, {})]) == [said]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_acknowledges_only_what_it_was_given(service: str) -> None:
    """An acknowledgement is answered to nobody, so this is read, not tried."""
    allowed = permissions()[service]["publish"]["allow"]
    acknowledged = [subject for subject in allowed if subject.startswith("$JS.ACK")]
    assert acknowledged == [f"$JS.ACK.{event_stream(source)}.{service}.>" for source in sources_for(service)]
    assert not {">", "$JS.>", "$JS.API.>", "ev.>"} & set(allowed)


async def test_a_wrong_password_and_a_stranger_are_not_let_in(stack: Stack) -> None:
    import nats

    url, _, _ = stack.nats_login("intake")
    for options in ({"user": "intake", "password": "wrong"}, {"user": "nobody", "password": ""}, {}):
        with pytest.raises(Exception, match=r"(?i)authorization|no servers"):
            await asyncio.wait_for(nats.connect(url, allow_reconnect=False, **options), 3)
