"""`lotse replay`: a bus that has lost everything is rebuilt from the event tables, and nothing happens twice."""

import json
import shutil
from typing import Any

import pytest

from cli.demo.cast import Cast
from cli.demo.proofs import left_on_the_bus
from cli.demo.tally import Erased
from cli.where import Installation
from tests.cli.conftest import Lotse, Ran
from tests.stack.waiting import eventually

Here = tuple[str, str]


@pytest.mark.faults
async def test_a_burnt_bus_is_noticed_and_rebuilt_and_nothing_happens_twice(
    lotse: Lotse, here: Here, platform: Installation, cast: Cast, space: str
) -> None:
    demo = await lotse("demo", "--limit", "40", "--json", *here)
    assert demo.code == 0, demo.out
    kept, erased = await _question(cast, space), await _question(cast, space)
    asked = await cast.caller("dpo").post(f"/intake/v1/questions/{erased}/erasure", version=1)
    assert asked["status"] == "forgotten"
    before = await _figures(cast)
    shutil.rmtree(platform.here()[0].root / "nats" / "jetstream")

    async def noticed() -> Ran | None:
        ran = await lotse("status", *here)
        return ran if "lotse replay" in ran.out else None

    await eventually(noticed, 60)
    refused = await lotse("replay", "--json", *here)
    assert refused.code == 1 and "--yes" in refused.err
    ran = await lotse("replay", "--yes", "--json", *here)
    assert ran.code == 0, ran.out + ran.err
    assert ran.lines[-1]["replayed"] is True and ran.lines[-1]["events"] > json.loads(demo.out)["events"]
    assert (await lotse("status", *here)).code == 0
    assert (await lotse("bus", "check", *here)).code == 0
    assert "No dead letters" in (await lotse("dead-letters", "list", *here)).out
    assert await _figures(cast) == before
    assert await left_on_the_bus(platform, [Erased(erased, ())]) == []
    assert await left_on_the_bus(platform, [Erased(kept, ())]) != [], "the texts are back beside their events"
    again = await lotse("demo", "--limit", "10", "--json", *here)
    assert again.code == 0 and again.lines[-1]["figures_match"] is True


async def _question(cast: Cast, space: str) -> str:
    body = {"space": space, "text": "Eine Frage", "channel": "public", "language": "de"}
    return str((await cast.caller("counsellor-ar").post("/intake/v1/questions", body))["id"])


async def _figures(cast: Cast) -> Any:
    asked = "/reporting/v1/figures?by=week,language,topic,platform&measures=captured,answered,approved"
    return (await cast.caller("evaluator").get(asked))["rows"]
