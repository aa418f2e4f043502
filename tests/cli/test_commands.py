"""What the commands say about a running platform, to people and to machines, and what they say when something is in the
way."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from cli.client import Problem
from cli.demo.cast import Cast
from cli.local.ports import any_free
from cli.programme import without_language
from cli.where import Installation
from libs.kit.clock import SystemClock, local_day
from tests.cli.conftest import Lotse

Here = tuple[str, str]


async def test_status_names_every_part_and_its_reasons(lotse: Lotse, here: Here) -> None:
    ran = await lotse("status", *here)
    assert (ran.code, ran.out.count(" ready ")) == (0, 4)
    lines = (await lotse("status", *here, "--json")).lines
    assert [(line["part"], line["status"], line["reasons"]) for line in lines] == [
        (name, "ready", {}) for name in ("intake", "review", "referral", "reporting")
    ]


async def test_status_says_which_part_is_away(lotse: Lotse, here: Here) -> None:
    (port,) = any_free(1)
    ran = await lotse("status", "--url", f"intake=http://127.0.0.1:{port}", "--json")
    assert ran.code == 1
    assert [(line["part"], line["status"]) for line in ran.lines] == [("intake", "away")]


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("token", "--as", "jurist"),
        ("trace", "019a0000-0000-7000-8000-000000000000"),
        ("bus", "check"),
        ("dead-letters", "list"),
        ("programme", "show", "fem-os"),
        ("replay", "--yes"),
    ],
    ids=" ".join,
)
async def test_where_nothing_runs_the_next_step_is_said(lotse: Lotse, tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = await lotse(*command, "--data", str(tmp_path))
    assert (ran.code, ran.out) == (3, "")
    assert f"lotse up --data {tmp_path}" in ran.err


async def test_a_token_is_printed_alone_and_opens_the_api(lotse: Lotse, here: Here) -> None:
    ran = await lotse("token", "--as", "jurist", *here)
    assert ran.code == 0 and ran.out.count("\n") == 1
    shown = await lotse("programme", "show", "lara", "--json", *here, LOTSE_TOKEN=ran.out.strip())
    assert shown.lines[0]["code"] == "lara"


async def test_for_machines_a_token_comes_with_the_id_that_events_name_her_by(
    lotse: Lotse, here: Here, cast: Cast
) -> None:
    ran = await lotse("token", "--as", "jurist", "--json", *here)
    assert ran.lines[0]["staff"] == cast.staff("jurist")


async def test_metrics_tell_times_below_a_second_apart(platform: Installation) -> None:
    _, ports = platform.here()
    async with httpx.AsyncClient() as client:
        await client.get(f"{platform.urls['intake']}/intake/v1/programmes")
        page = (await client.get(f"http://127.0.0.1:{ports.metrics['intake']}/metrics")).text
    bounds = {float(bound) for bound in re.findall(r'lotse_http_duration_seconds_bucket\{[^}]*le="([^"]+)"', page)}
    assert {0.005, 0.1, 0.5} < bounds and max(bounds - {float("inf")}) == 10


async def test_the_sample_people_are_listed_with_what_they_may_do(lotse: Lotse, here: Here) -> None:
    ran = await lotse("token", "--list", "--json", *here)
    people = {line["person"]: line for line in ran.lines}
    assert people["jurist"]["roles"]["fem-os"] == ["legal-reviewer"]
    assert "counsellor-ar" in (await lotse("token", "--list", *here)).out


async def test_an_unknown_person_is_told_who_there_is(lotse: Lotse, here: Here) -> None:
    ran = await lotse("token", "--as", "president", *here)
    assert ran.code == 1 and "counsellor-ar" in ran.err


async def test_an_installation_elsewhere_is_named_by_its_addresses(lotse: Lotse, here: Here, cast: Cast) -> None:
    urls = ",".join(f"{name}={url}" for name, url in cast.client.urls.items())
    ran = await lotse("status", LOTSE_URLS=urls)
    assert ran.code == 0
    ran = await lotse("programme", "show", "fem-os", LOTSE_URLS=urls)
    assert (ran.code, "LOTSE_TOKEN" in ran.err) == (1, True)
    assert (await lotse("status", "--url", "post=http://x")).code == 1


async def test_a_trace_shows_who_did_what_and_never_a_text(lotse: Lotse, here: Here, cast: Cast, space: str) -> None:
    amal = cast.caller("counsellor-ar")
    body = {"space": space, "text": "Ein erfundener Satz nur hierfür", "channel": "public", "language": "de"}
    made = await amal.post("/intake/v1/questions", body)
    await amal.post(f"/intake/v1/questions/{made['id']}/taking", version=1)
    await _heard(cast, made["id"], 2)
    ran = await lotse("trace", made["id"], *here)
    assert ran.code == 0
    assert "question captured" in ran.out and "question taken" in ran.out and "counsellor" in ran.out
    assert "erfundener" not in ran.out
    (trace,) = (await lotse("trace", made["id"], "--json", *here)).lines
    assert [event["what"]["type"].split(".")[3] for event in trace["events"][:2]] == ["captured", "taken"]


async def _heard(cast: Cast, question: str, events: int) -> None:
    from tests.stack.waiting import eventually

    async def there() -> bool:
        try:
            trace = await cast.caller("auditor").get(f"/reporting/v1/questions/{question}/trace")
        except Problem:
            return False
        return len(trace["events"]) >= events

    await eventually(there, 20)


async def test_a_question_nobody_knows_has_no_trace(lotse: Lotse, here: Here) -> None:
    ran = await lotse("trace", "019a0000-0000-7000-8000-000000000000", *here, "--json")
    assert ran.code == 1 and '"question_unknown"' in ran.err
    assert (await lotse("trace", "not-an-id", *here)).code == 1


async def test_a_language_from_a_later_day_is_announced_and_not_taken_before(
    lotse: Lotse, here: Here, cast: Cast, space: str
) -> None:
    tomorrow = str(local_day(SystemClock().now()) + timedelta(days=1))
    ran = await lotse("programme", "add-language", "fem-os", "vi", "--from", tomorrow, "--json", *here)
    assert (ran.code, ran.lines[0]["changed"]) == (0, True)
    again = await lotse("programme", "add-language", "fem-os", "vi", "--from", tomorrow, "--json", *here)
    assert (again.code, again.lines[0]["changed"]) == (0, False)
    shown = await lotse("programme", "show", "fem-os", *here)
    assert f"from {tomorrow}" in shown.out
    with pytest.raises(Problem) as refused:
        body = {"space": space, "text": "Xin chào", "channel": "public", "language": "vi"}
        await cast.caller("counsellor-ar").post("/intake/v1/questions", body)
    assert refused.value.places[0].code == "language_not_offered"


async def test_a_day_that_has_passed_or_is_none_is_refused(lotse: Lotse, here: Here) -> None:
    for day in ("2020-01-01", "soon"):
        ran = await lotse("programme", "add-language", "fem-os", "vi", "--from", day, *here)
        assert ran.code == 1 and "--from takes" in ran.err


async def test_a_refusal_of_the_api_keeps_its_code_and_trace(lotse: Lotse, here: Here) -> None:
    ran = await lotse("programme", "add-language", "fem-os", "vi", "--from", "today", "--as", "jurist", "--json", *here)
    assert ran.code == 1 and '"role_missing"' in ran.err and '"trace_id"' in ran.err


def test_a_language_is_added_to_every_policy_that_is_still_to_come() -> None:
    first = local_day(SystemClock().now())
    later = [{"effective_from": str(first + timedelta(days=days)), "policy": {"languages": ["de"]}} for days in (3, 9)]
    programme = {"policy": {"languages": ["de", "ar"]}, "upcoming": later}
    wanted = without_language(programme, "uk", first + timedelta(days=5))
    assert wanted == [
        {"effective_from": str(first + timedelta(days=5)), "policy": {"languages": ["de", "uk"]}},
        {"effective_from": str(first + timedelta(days=9)), "policy": {"languages": ["de", "uk"]}},
    ]
    assert without_language(programme, "de", first) == []
