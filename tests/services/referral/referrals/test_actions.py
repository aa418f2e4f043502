"""What is offered is what succeeds: every action, in every state, for everybody."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from libs.contracts.codes import HoldReason
from libs.contracts.intake import QuestionHeld
from tests.services.probe import Person
from tests.services.referral.situation import REFERRALS, Handed, Situation, asked

Made = Callable[[Situation], Awaitable[Handed]]
BODIES: dict[str, Any] = {
    "issue-code": {},
    "decline": {"reason": "full"},
    "report-outcome": {"outcome": "closed-without-result"},
}


async def offered(here: Situation) -> Handed:
    return await here.offered()


async def run_out(here: Situation) -> Handed:
    handed = await here.offered()
    here.referral.clock.advance(days=31)
    return handed


async def expired(here: Situation) -> Handed:
    handed = await run_out(here)
    await here.referral.tick()
    return handed


async def redeemed(here: Situation) -> Handed:
    return await here.redeemed()


async def at_agency(here: Situation) -> Handed:
    return await here.redeemed(kind="jobcenter")


async def released(here: Situation) -> Handed:
    handed = await here.redeemed(kind="arbeitsagentur")
    await handed.hold("release", language="de")
    return handed


async def accepted(here: Situation) -> Handed:
    handed = await here.redeemed()
    await handed.answer("acceptance")
    return handed


async def declined(here: Situation) -> Handed:
    handed = await here.redeemed()
    await handed.answer("decline", {"reason": "full"})
    return handed


async def ended(here: Situation) -> Handed:
    handed = await accepted(here)
    await handed.answer("outcome", {"outcome": "advised"})
    return handed


async def withdrawn(here: Situation) -> Handed:
    handed = await here.redeemed()
    await handed.hold("withdrawal")
    return handed


async def withdrawn_early(here: Situation) -> Handed:
    handed = await here.offered()
    await handed.hold("withdrawal")
    return handed


async def withdrawn_while_held(here: Situation) -> Handed:
    handed = await here.redeemed()
    await here.hear(QuestionHeld(reason=HoldReason.COMPLAINT), handed.question)
    await handed.hold("withdrawal")
    return handed


async def erased(here: Situation) -> Handed:
    handed = await here.redeemed()
    await here.forget(handed.question)
    return handed


async def address(here: Situation) -> Handed:
    question, office = await here.question(), await here.office()
    body = {"question": str(question), "office": office, "mode": "address-only"}
    made = await here.counsellor.do("POST", REFERRALS, body)
    return Handed(here, question, office, made["id"], "")


STATES: list[Made] = [
    *(offered, run_out, expired, redeemed, at_agency, released, accepted, declined, ended, withdrawn),
    *(withdrawn_early, withdrawn_while_held, erased, address),
]


async def seen(person: Person, handed: Handed) -> dict[str, Any] | None:
    reply = await person.ask("GET", handed.path)
    return dict(reply.json()) if reply.status_code == 200 else None


@pytest.mark.parametrize("state", STATES)
async def test_what_a_referral_offers_succeeds_and_what_it_refuses_is_refused_for_that_reason(
    here: Situation, state: Made
) -> None:
    tried = 0
    for who in ("counsellor", "colleague", "referral_coordinator", "coordinator", "desk"):
        handed = await state(here)
        names = [action["name"] for action in (await _seen_as(who, handed) or {"actions": []})["actions"]]
        for name in names:
            handed = await state(here)
            shown = await _seen_as(who, handed)
            assert shown is not None
            (action,) = [one for one in shown["actions"] if one["name"] == name]
            body = BODIES.get(name)
            reply = await _person(who, handed).ask(action["method"], action["href"], body, version=shown["version"])
            assert action["allowed"] is (reply.status_code == 200), (who, name, reply.text)
            assert action["reason"] == (None if action["allowed"] else reply.json()["code"])
            tried += 1
    assert tried >= 4


def _person(who: str, handed: Handed) -> Person:
    here = handed.situation
    if who == "desk":
        return handed.desk
    if who == "coordinator":
        return here.referral.person("coordinator", programme=here.programme)
    person: Person = getattr(here, who)
    return person


async def _seen_as(who: str, handed: Handed) -> dict[str, Any] | None:
    return await seen(_person(who, handed), handed)


@pytest.mark.parametrize("state", [made for made in STATES if made not in (erased, address)])
async def test_what_the_holder_is_offered_succeeds(here: Situation, state: Made) -> None:
    for name in ("withdraw", "release"):
        handed = await state(here)
        (action,) = [one for one in (await handed.hold("status"))["actions"] if one["name"] == name]
        body = {"code": handed.code} | ({"language": "de"} if name == "release" else {})
        reply = await asked(here.referral, action["href"].rpartition("/")[2], body)
        assert action["allowed"] is (reply.status_code == 200), reply.text
        assert action["reason"] == (None if action["allowed"] else reply.json()["code"])
