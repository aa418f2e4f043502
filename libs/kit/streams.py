"""What must exist on the bus and who may touch it, all of it made from the contracts registry.

Only the provisioner may create or change; a service may publish under its own name, pull from its own durables, and
read the forgettable texts its registry entry names.
"""

from typing import Any

from libs.contracts.envelope import SERVICES
from libs.contracts.registry import facts_of, sources_for, text_sources_for

PROVISIONER = "provisioner"
SECOND = 1_000_000_000
# What PullSub and the projector may hold unacknowledged; events waiting for a gap count as well.
ACK_PENDING = 2_000


def event_stream(service: str) -> str:
    return f"EV_{service.upper()}"


def text_stream(service: str) -> str:
    return f"FORGETTABLE_{service.upper()}"


def says_text(service: str) -> bool:
    """Whether any fact of this service carries text beside it."""
    return any(cls.forgettable for cls in facts_of(service))


def streams(replicas: int = 1) -> list[dict[str, Any]]:
    """Every stream as the JetStream API wants it. Nothing expires: the gate demands version 1."""
    return [
        *(_event_stream(service, replicas) for service in SERVICES),
        *(_text_stream(service, replicas) for service in SERVICES if says_text(service)),
    ]


def _event_stream(service: str, replicas: int) -> dict[str, Any]:
    return {
        "name": event_stream(service),
        "subjects": [f"ev.{service}.>"],
        "retention": "limits",
        "storage": "file",
        "num_replicas": replicas,
        "discard": "new",
        "max_age": 0,
        "max_msgs": -1,
        "max_bytes": -1,
        "duplicate_window": 600 * SECOND,
        "allow_direct": True,
        "allow_atomic": True,
        "deny_delete": True,
        "deny_purge": True,
    }


def _text_stream(service: str, replicas: int) -> dict[str, Any]:
    # One message a subject, and a second one is refused, not put in its place: what is replaced keeps its bytes on
    # the disk.
    return {
        "name": text_stream(service),
        "subjects": [f"forgettable.{service}.>"],
        "retention": "limits",
        "storage": "file",
        "num_replicas": replicas,
        "discard": "new",
        "discard_new_per_subject": True,
        "max_msgs_per_subject": 1,
        "max_age": 0,
        "max_msgs": -1,
        "max_bytes": -1,
        "duplicate_window": 600 * SECOND,
        "allow_direct": True,
        "deny_delete": False,
        "deny_purge": True,
    }


def consumers() -> list[tuple[str, dict[str, Any]]]:
    """(stream, durable consumer): one for each service and source it reads."""
    return [
        (event_stream(source), _consumer(service, source)) for service in SERVICES for source in sources_for(service)
    ]


def _consumer(service: str, source: str) -> dict[str, Any]:
    return {
        "durable_name": service,
        "name": service,
        "filter_subject": f"ev.{source}.>",
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": 5 * SECOND,
        "max_deliver": -1,
        "max_ack_pending": ACK_PENDING,
        "replay_policy": "instant",
    }


def inbox(user: str) -> str:
    """Each user's own reply subjects: a shared `_INBOX.>` would let one service read another's replies."""
    return f"_INBOX.{user}"


def permissions() -> dict[str, dict[str, dict[str, list[str]]]]:
    """NATS user → publish and subscribe allow-lists."""
    made = {service: _permissions(service) for service in SERVICES}
    made[PROVISIONER] = _allow(["$JS.API.>"], PROVISIONER)
    return made


def _permissions(service: str) -> dict[str, dict[str, list[str]]]:
    own, texts = event_stream(service), text_stream(service)
    may = [f"ev.{service}.>"]
    # What it said, and what it hears by its durables anyway: a restored database learns it from there again.
    for stream in dict.fromkeys([own, *map(event_stream, sources_for(service))]):
        may += [f"$JS.API.STREAM.INFO.{stream}", f"$JS.API.DIRECT.GET.{stream}"]
    if says_text(service):
        may += [
            f"forgettable.{service}.>",
            f"$JS.API.STREAM.INFO.{texts}",
            f"$JS.API.STREAM.MSG.DELETE.{texts}",
            f"$JS.API.DIRECT.GET.{texts}.>",
        ]
    for source in sources_for(service):
        stream = event_stream(source)
        may += [
            f"$JS.API.CONSUMER.INFO.{stream}.{service}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{service}",
            # Its own reading only: the watchdog's proof that the server can write.
            f"$JS.API.CONSUMER.PAUSE.{stream}.{service}",
            f"$JS.ACK.{stream}.{service}.>",
        ]
    may += [f"$JS.API.DIRECT.GET.{text_stream(source)}.>" for source in text_sources_for(service)]
    return _allow(may, service)


def _allow(publish: list[str], user: str) -> dict[str, dict[str, list[str]]]:
    return {"publish": {"allow": publish}, "subscribe": {"allow": [f"{inbox(user)}.>"]}}
