"""A machine's clock is set back by ten minutes: within one aggregate time still never runs backwards, however many
versions come before the clock has caught up."""

from typing import Any
from uuid import UUID

from services.intake.programmes.api import EXAMPLE_POLICY
from tests.services.intake.situation import situation as intake_situation
from tests.services.probe import Person, Probe
from tests.services.referral.situation import ENTRY
from tests.services.referral.situation import situation as referral_situation
from tests.services.review.situation import QUALIFICATION, REVIEWERS
from tests.services.review.situation import situation as review_situation


async def runs_on(probe: Probe, about: UUID | str, versions: int) -> None:
    said = [event for event in await probe.said(about=about) if event.subject.endswith(f"/{about}")]
    assert [event.aggregateversion for event in said] == list(range(1, versions + 1))
    assert [event.time for event in said] == sorted(event.time for event in said)


async def one_by_one(probe: Probe, steps: list[tuple[Person, str, str, Any]]) -> None:
    """Commands on one aggregate, from version 1 on, a second apart; before the first the clock is set back."""
    probe.clock.set_back(minutes=10)
    for version, (person, method, path, body) in enumerate(steps, 1):
        probe.clock.advance(seconds=1)
        await person.do(method, path, body, version=version)


async def test_of_a_question(intake: Probe) -> None:
    here = await intake_situation(intake)
    question = (await here.question())["id"]
    taking = f"/intake/v1/questions/{question}/taking"
    await one_by_one(intake, [(here.counsellor, method, taking, None) for method in ("POST", "DELETE", "POST")])
    await runs_on(intake, question, 4)


async def test_of_a_programme(intake: Probe) -> None:
    here = await intake_situation(intake)
    bodies = [{"effective_from": f"2027-01-0{day}", "policy": EXAMPLE_POLICY} for day in (1, 2)]
    path = f"/intake/v1/programmes/{here.programme}"
    await one_by_one(intake, [(here.admin, "PUT", path, body) for body in bodies])
    await runs_on(intake, here.programme, 3)


async def test_of_an_office(referral: Probe) -> None:
    here = await referral_situation(referral)
    office = await here.office()
    bodies = [{"listed_by": here.programme, **ENTRY, "phone": f"+49 821 11111{n}"} for n in (1, 2)]
    path = f"/referral/v1/offices/{office}"
    await one_by_one(referral, [(here.referral_coordinator, "PUT", path, body) for body in bodies])
    await runs_on(referral, office, 3)


async def test_of_a_referral(referral: Probe) -> None:
    here = await referral_situation(referral)
    handed = await here.offered()
    referral.clock.set_back(minutes=10)
    await handed.redeem()
    referral.clock.advance(seconds=1)
    await handed.answer("acceptance")
    await runs_on(referral, handed.id, 4)


async def test_of_a_reviewer(review: Probe) -> None:
    here = await review_situation(review)
    path = f"{REVIEWERS}/{here.jurist.staff}"
    bodies = [{"programme": here.programme, **QUALIFICATION, "valid_until": f"2027-0{n}-01"} for n in (2, 3)]
    await one_by_one(review, [(here.admin, "PUT", path, body) for body in bodies])
    await runs_on(review, here.jurist.staff, 3)
