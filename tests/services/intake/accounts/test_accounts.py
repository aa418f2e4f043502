"""A professional account is recognised, speaks only with its notices, and its standing is its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from libs.contracts.codes import Platform
from libs.contracts.intake_accounts import AccountCause, AccountState
from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from services.intake.accounts.domain import BLOCKED, NEXT, RETIRED, SPEAKING, Account, missing_notices, moved, refusal
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

NOTICES = {"ar": "https://lara.example.org/ar", "de": "https://lara.example.org/de"}
DESCRIBED = {
    "label": "Beratung Anerkennung",
    "link": "https://www.facebook.com/beratung.anerkennung",
    "languages": ["ar", "de"],
    "notices": NOTICES,
}
WEEK = {"regard": "welcome", "admin_requests": 1, "thanks": 7, "passed_on": 2, "removed": 0, "warnings": 0}


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def asked(here: Situation, **changes: Any) -> str:
    """An account asked for; its path."""
    body = {"programme": here.programme, "platform": "facebook", **DESCRIBED, **changes}
    made = await here.coordinator.do("POST", "/intake/v1/accounts", body)
    return f"/intake/v1/accounts/{made['id']}"


async def test_an_account_lives_is_warned_blocked_and_recovered(here: Situation) -> None:
    path = await asked(here)
    for version, (state, cause) in enumerate(
        (
            ("live", "set-up"),
            ("warned", "platform-rules"),
            ("blocked", "reported-by-users"),
            ("recovered", "appeal-granted"),
        ),
        start=1,
    ):
        await here.coordinator.do("POST", f"{path}/state", {"state": state, "cause": cause}, version=version)
    seen = await here.counsellor.get(path)
    assert (seen["state"], seen["cause"], seen["version"]) == ("recovered", "appeal-granted", 5)
    events = await here.intake.said(about=seen["id"])
    assert [event.data.get("state") for event in events] == [None, "live", "warned", "blocked", "recovered"]
    assert "Beratung" not in str([event.data for event in events])


async def test_it_does_not_speak_without_a_notice_in_each_language_or_without_its_link(here: Situation) -> None:
    path = await asked(here, notices={"de": NOTICES["de"]}, link=None)
    live = {"state": "live", "cause": "set-up"}
    assert await here.coordinator.refused("POST", f"{path}/state", live, version=1) == (409, "notice_missing")
    seen = await here.coordinator.get(path)
    assert seen["missing_notices"] == ["ar"]
    assert {"name": "live", "allowed": False, "reason": "notice_missing"}.items() <= seen["actions"][0].items()
    await here.coordinator.do("PUT", path, {**DESCRIBED, "link": None}, version=1)
    assert await here.coordinator.refused("POST", f"{path}/state", live, version=2) == (409, "link_missing")
    await here.coordinator.do("PUT", path, DESCRIBED, version=2)
    await here.coordinator.do("POST", f"{path}/state", live, version=3)
    without = {**DESCRIBED, "notices": {}}
    assert await here.coordinator.refused("PUT", path, without, version=4) == (409, "notice_missing")


async def test_each_wrong_language_is_named(here: Situation) -> None:
    body = {"programme": here.programme, "platform": "facebook", **DESCRIBED}
    wrong = {"languages": ["ar", "ja", "ar"], "notices": {"tr": NOTICES["de"]}}
    reply = await here.coordinator.ask("POST", "/intake/v1/accounts", {**body, **wrong})
    assert reply.status_code == 422
    assert {(error["pointer"], error["code"]) for error in reply.json()["errors"]} == {
        ("/languages/1", "language_not_offered"),
        ("/notices/tr", "language_not_spoken"),
        ("/languages", "repeated"),
    }


async def test_a_weeks_standing_is_noted_once_and_can_be_corrected(here: Situation) -> None:
    path = await asked(here)
    await here.counsellor.do("PUT", f"{path}/standings/2026-W47", WEEK, version=1)
    await here.counsellor.do("PUT", f"{path}/standings/2026-W48", WEEK, version=2)
    await here.counsellor.do("PUT", f"{path}/standings/2026-W47", {**WEEK, "thanks": 9}, version=3)
    page = await here.counsellor.get(f"{path}/standings")
    assert [(item["week"], item["thanks"]) for item in page["items"]] == [("2026-W48", 7), ("2026-W47", 9)]
    first = await here.counsellor.get(f"{path}/standings", limit=1)
    rest = await here.counsellor.get(f"{path}/standings", limit=1, cursor=first["page"]["next"])
    assert [item["week"] for item in rest["items"]] == ["2026-W47"]


@pytest.mark.parametrize("week", ["2026-W49", "2026-W20", "2026-W00", "2026-47"])
async def test_a_week_to_come_or_long_over_is_refused(here: Situation, week: str) -> None:
    path = await asked(here)
    status, code = await here.counsellor.refused("PUT", f"{path}/standings/{week}", WEEK, version=1)
    assert (status, code) in ((422, "invalid_input"), (404, "not_found"))


async def test_the_list_is_by_label_and_can_be_narrowed(here: Situation) -> None:
    for label in ("Beratung B", "Beratung A", "Beratung C"):
        await asked(here, label=label)
    path = await asked(here, label="Beratung D")
    await here.coordinator.do("POST", f"{path}/state", {"state": "live", "cause": "set-up"}, version=1)
    listed = await here.counsellor.get("/intake/v1/accounts", programme=here.programme)
    assert [item["label"][-1] for item in listed["items"]] == ["A", "B", "C", "D"]
    live = await here.counsellor.get("/intake/v1/accounts", programme=here.programme, state="live")
    assert [item["label"] for item in live["items"]] == ["Beratung D"]


class Life(RuleBasedStateMachine):
    """Whatever is asked of an account, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        now = datetime(2026, 11, 23, 9, tzinfo=UTC)
        self.clock = now
        self.account = Account(
            new_id(), "lara", 1, now, AccountState.REQUESTED, None, now, Platform.FACEBOOK, "x", None, ("de", "es"), {}
        )
        self.was_live = False

    @rule(state=st.sampled_from(AccountState), cause=st.sampled_from(AccountCause), minutes=st.integers(-60, 60))
    def move(self, state: AccountState, cause: AccountCause, minutes: int) -> None:
        before, self.clock = self.account, self.clock + timedelta(minutes=minutes)
        problem = refusal(before, state)
        try:
            self.account = moved(before, state, cause, self.clock)
        except Conflict as refused:
            assert refused.code == problem
            return
        assert problem is None and state in NEXT[before.state]
        assert self.account.changed_at >= before.changed_at and self.account.version == before.version + 1
        self.was_live |= state in SPEAKING

    @rule(notices=st.dictionaries(st.sampled_from(("de", "es")), st.just("https://x.org")), link=st.booleans())
    @precondition(lambda self: self.account.state not in SPEAKING)
    def describe(self, notices: dict[str, str], link: bool) -> None:
        self.account = replace(self.account, notices=notices, link="https://x.org" if link else None)

    @invariant()
    def who_speaks_has_its_notices_and_its_link(self) -> None:
        if self.account.state in SPEAKING:
            assert not missing_notices(self.account) and self.account.link

    @invariant()
    def only_what_lived_can_be_blocked_and_retired_is_the_end(self) -> None:
        assert self.was_live or self.account.state not in (BLOCKED, *SPEAKING)
        assert self.account.state is not RETIRED or not NEXT[RETIRED]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
