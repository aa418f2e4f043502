"""What each service may do on the bus, tried with its own password: its own, and nothing else."""

import asyncio
from typing import Any

import pytest
from nats.aio.client import Client

from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for, text_sources_for
from libs.kit.connection import api
from libs.kit.streams import PROVISIONER, event_stream, inbox, permissions, says_text, streams, text_stream
from tests.libs.kit.attempts import EVENT, as_master, as_others, texts, those_answered
from tests.libs.kit.parts import user
from tests.stack.stack import Stack


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_acts_in_no_others_name(bus: Client, stack: Stack, service: str) -> None:
    async with user(stack, service) as client:
        assert await those_answered(client, as_others(service)) == []
    for stream in streams():
        assert (await api(bus, f"STREAM.INFO.{stream['name']}"))["state"]["messages"] == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_makes_changes_empties_and_deletes_nothing(bus: Client, stack: Stack, service: str) -> None:
    # What it hears by its durables anyway, and what it said itself, it may also read from where that lies.
    known = {event_stream(name) for name in (service, *sources_for(service))}
    async with user(stack, service) as client:
        answered = await those_answered(client, as_master())
        assert sorted(answered) == sorted(f"$JS.API.DIRECT.GET.{stream}" for stream in known)
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
async def test_a_service_answers_in_nobody_elses_place(bus: Client, stack: Stack, service: str) -> None:
    """An answer that another user waits for could be forged by whoever may write to her inbox."""
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.subject)

    for other in (*sorted(set(SERVICES) - {service}), PROVISIONER):
        async with user(stack, other) as waiting, user(stack, service) as forging:
            await waiting.subscribe(f"{inbox(other)}.>", cb=hear)
            await waiting.flush()
            await forging.publish(f"{inbox(other)}.forged", b"{}")
            await forging.flush()
            await waiting.flush()
    assert heard == []


async def test_the_provisioner_makes_streams_and_says_nothing_on_them(bus: Client) -> None:
    said: list[tuple[str, Any]] = [
        (f"{kind}.{service}.{EVENT}", {}) for kind in ("ev", "forgettable") for service in SERVICES
    ]
    assert await those_answered(bus, said) == []


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
