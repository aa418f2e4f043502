"""The machine and the model side by side: what hypothesis chooses is asked of both, and what comes of it compared."""

from collections import Counter
from typing import Any

from libs.contracts.envelope import SERVICES
from libs.kit.connection import api
from libs.kit.streams import event_stream
from services.reporting.figures.rebuild import rebuild
from tests.model.calls import WITHOUT_VERSION, Calls
from tests.model.platform import FIGURES, Platform
from tests.model.rules import Walk

SHOWN = {"question": ("intake", "questions", "status"), "submission": ("review", "submissions", "state")}
SHOWN |= {"referral": ("referral", "referrals", "state")}
# Where one service asks what others have said, the bus catches up first.
HEARS = {"intake": ("review",), "review": ("intake",), "referral": ("intake",)}


class Machine:
    """One example. `mute` are the services whose relay stands still: they commit and say nothing."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.calls, self.walk = platform, Calls(platform), Walk()
        self.mute: set[str] = set()
        self.numbers = 0

    async def ask(self, verb: str, who: str, on: str = "", choice: str = "", *, stale: bool = False) -> None:
        """One request, then the same once more under the same key: the same reply, and no second effect."""
        service = self.service(verb)
        if verb not in ("take", "triage", "class", "hold", "lift", "capture"):
            await self.settle(*HEARS[service])
        self.platform.clock.advance(seconds=1)
        self.numbers += 1
        thing, key = self.walk.things.get(on), f"model-{self.calls.programme}-{self.numbers}"
        seen = thing.version + (7 if stale else 0) if thing else None
        asked = (verb, who, on, choice)
        reply = await self.calls.ask(self.walk, *asked, version=seen, key=key)
        body = self.calls._body(thing, verb, choice)
        due = self.walk.ask(verb, who, on, stale and verb not in WITHOUT_VERSION, choice)
        assert reply.status_code == due, f"{asked} stale={stale}: {reply.status_code} {reply.text}, due {due}: {thing}"
        if due < 300:
            self.calls.learn(self.walk.made, verb, on, reply.json())
            await self._again(asked, seen, key, reply, body)

    async def _again(self, asked: tuple[str, str, str, str], seen: int | None, key: str, first: Any, body: Any) -> None:
        verb, who, on, _ = asked
        service, method, path = self.calls.route(verb, on)
        version = None if verb in WITHOUT_VERSION else seen
        again = await self.calls.person(service, who).ask(method, path, body, version=version, key=key)
        # A reply that holds a code is not kept; there If-Match tells that the first request worked.
        due = 412 if verb == "code" else first.status_code
        assert again.status_code == due, f"{asked} again: {again.text}"
        assert verb == "code" or again.json() == first.json(), f"{asked} again: {again.text} {first.text}"

    def service(self, verb: str) -> str:
        return self.calls.route(verb, "")[0]

    async def settle(self, *sources: str) -> None:
        """All that these have said is heard everywhere."""
        for service in self.mute & set(sources or SERVICES):
            self.platform[service].speak()
            self.mute.discard(service)
        await self.platform.quiet(self.mute, ())

    async def fall_silent(self, service: str) -> None:
        await self.platform[service].fall_silent()
        self.mute.add(service)

    async def crash(self, service: str) -> None:
        """Everything it held in memory is gone, also what it had committed and not yet published."""
        await self.platform.restart(service)
        self.mute.discard(service)

    async def deliver_again(self, service: str, backwards: bool) -> None:
        """Everything of this programme once more, past the bus and on it, the aggregates in another order."""
        said = [one for one in await self.platform[service].said_after(0) if one[1].programme == self.calls.programme]
        for _, envelope, raw in sorted(said, key=lambda one: one[1].subject, reverse=backwards):
            await self.platform[service].publish_again(envelope, raw)
            for hearer, sources in HEARS.items():
                if service in sources:
                    await self.platform[hearer].hear(envelope, raw)

    async def compare(self) -> None:
        """Every aggregate, the figures before and after a rebuild, and conservation."""
        await self.settle()
        for thing in self.walk.things.values():
            if thing.kind in SHOWN and (thing.kind, thing.state) != ("submission", "forgotten"):
                service, path, state = SHOWN[thing.kind]
                found = await self.calls.person(service, "amal").get(
                    f"/{service}/v1/{path}/{self.calls.ids[thing.name]}"
                )
                assert (found[state], found["version"]) == (thing.state, thing.version), thing
        await self.platform.quiet((), ())
        await self._figures("live")
        await rebuild(self.platform["reporting"].running.db)
        await self._figures("rebuilt")
        await self._conserved()
        await self.platform.nothing_was_put_aside()

    async def _figures(self, which: str) -> None:
        found: Counter[str] = Counter()
        for row in await self.platform["reporting"].rows(FIGURES, self.calls.programme):
            found[row["measure"]] += row["count"]
        due = {name: count for name, count in self.walk.figures.items() if name and count}
        assert dict(found) == due, which

    async def _conserved(self) -> None:
        """Written = on the bus = applied, and the versions of each aggregate without a gap."""
        reporting = self.platform["reporting"]
        for service in SERVICES:
            said = [envelope for _, envelope, _ in await self.platform[service].said_after(0)]
            versions: dict[str, list[int]] = {}
            for envelope in said:
                versions.setdefault(envelope.subject, []).append(envelope.aggregateversion)
            assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
            info = await api(self.platform.provisioner, f"STREAM.INFO.{event_stream(service)}")
            assert info["state"]["messages"] >= len(said)
            rows = await reporting.rows("SELECT event_id FROM history WHERE source = $1", service)
            assert {row["event_id"] for row in rows} == {envelope.id for envelope in said}
            assert len(rows) == len(said)
