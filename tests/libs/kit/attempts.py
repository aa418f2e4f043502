"""What a service must not be able to do on the bus, as requests that would be answered if it could."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from nats.aio.client import Client

from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for
from libs.kit.streams import event_stream, says_text, streams, text_stream

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
    # How much there is of what it hears anyway, it may ask.
    heard = {event_stream(source) for source in sources_for(service)}
    for other in set(SERVICES) - {service}:
        found += [(f"ev.{other}.{EVENT}", {}), (f"forgettable.{other}.q.e", {})]
        found += [(f"$JS.API.STREAM.INFO.{stream}", None) for stream in streams_of(other) if stream not in heard]
        for source in sources_for(other):
            stream = event_stream(source)
            found += [
                (f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{other}", {"batch": 1, "no_wait": True}),
                (f"$JS.API.CONSUMER.PAUSE.{stream}.{other}", {"pause_until": "2199-01-01T00:00:00Z"}),
                (f"$JS.API.CONSUMER.INFO.{stream}.{other}", None),
            ]
    return found


def streams_of(service: str) -> list[str]:
    return [event_stream(service), *([text_stream(service)] if says_text(service) else [])]


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
    # By subject as well; texts, which some may read so, are tried apart.
    found += [(f"$JS.API.DIRECT.GET.{event_stream(service)}.ev.{service}.{EVENT}", None) for service in SERVICES]
    found += [("$JS.API.CONSUMER.DELETE.EV_INTAKE.nobody", None), ("$JS.API.STREAM.DELETE.NOTHING", None)]
    return [*found, ("$JS.API.STREAM.CREATE.SPY", {"name": "SPY", "subjects": ["spy.>"]})]


def texts(service: str) -> list[tuple[str, Any]]:
    """Reading the texts of all others, and deleting them."""
    others = [text_stream(other) for other in SERVICES if says_text(other) and other != service]
    reads: list[tuple[str, Any]] = [(f"$JS.API.DIRECT.GET.{stream}.forgettable.x.q.e", None) for stream in others]
    return reads + [(f"$JS.API.STREAM.MSG.DELETE.{stream}", {"seq": 1}) for stream in others]
