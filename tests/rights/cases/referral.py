"""Something to ask of each operation of referral: about the one office that whoever asks for an office signs in for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libs.kit.ids import new_id
from tests.rights.asking import Ask, Case, about, listing
from tests.services.probe import Person, Probe
from tests.services.referral import situation as referrals
from tests.services.referral.situation import CODES, ENTRY, REFERRALS, SUMMARY, Handed

OFFICES = "/referral/v1/offices"
# What stands in the working records, and the kinds of operation that may show it.
WORDS = {SUMMARY: {"own-referral"}}


@dataclass
class Situation:
    """A programme with two offices, and what the other builders know."""

    of: referrals.Situation
    office: str
    other_office: str

    @property
    def programme(self) -> str:
        return self.of.programme

    async def handed(self, office: str | None = None) -> Handed:
        """A referral whose code she holds."""
        to = office or self.office
        question = await self.of.question()
        made = await self.of.refer(question, to)
        return Handed(self.of, question, to, made["id"], await self.of.code(made))


async def situation(referral: Probe) -> Situation:
    of = await referrals.situation(referral)
    return Situation(of, await of.office(), await of.office(name="Beratungsstelle Ahornweg"))


async def listed(here: Situation, by: Person) -> Ask:
    return Ask({"id": str(new_id())}, {"listed_by": here.programme, **ENTRY}, 0)


async def offices(here: Situation, by: Person) -> Ask:
    return listing(here.office, here.other_office)


async def office(here: Situation, by: Person) -> Ask:
    return about(here.office)


async def new_referral(here: Situation, by: Person) -> Ask:
    question = str(await here.of.question())
    return Ask(body={"question": question, "office": here.office, "mode": "one-time-code"}, about=question)


async def made(here: Situation, by: Person) -> Ask:
    return listing((await here.handed()).id)


async def inbox(here: Situation, by: Person) -> Ask:
    return listing((await redeemed(here, by)).about)


async def redeemed(here: Situation, by: Person) -> Ask:
    handed = await here.handed()
    await handed.redeem()
    return about(handed.id, version=await handed.version())


async def decline(here: Situation, by: Person) -> Ask:
    found = await redeemed(here, by)
    return about(found.about, {"reason": "full"}, found.version)


async def outcome(here: Situation, by: Person) -> Ask:
    handed = await here.handed()
    await handed.redeem()
    await handed.answer("acceptance")
    return about(handed.id, {"outcome": "first-contact"}, await handed.version())


async def deletion(here: Situation, by: Person) -> Ask:
    handed = await here.handed()
    await handed.redeem()
    await handed.hold("withdrawal")
    return about(handed.id, version=await handed.version())


async def issue(here: Situation, by: Person) -> Ask:
    wanted = {"question": str(await here.of.question()), "office": here.office, "mode": "one-time-code"}
    return about((await by.do("POST", REFERRALS, wanted))["id"], {}, 1)


async def code(here: Situation, by: Person) -> Ask:
    return Ask(body={"code": (await here.handed()).code})


async def agency_code(here: Situation, by: Person) -> Ask:
    return Ask(body={"code": (await here.handed(await here.of.office(kind="jobcenter"))).code})


async def nothing(here: Situation, by: Person) -> Ask:
    return Ask()


ONE = f"{REFERRALS}/{{id}}"
CASES: Mapping[str, Case[Any]] = {
    f"PUT {OFFICES}/{{id}}": listed,
    f"GET {OFFICES}": offices,
    f"GET {OFFICES}/{{id}}": office,
    f"POST {REFERRALS}": new_referral,
    f"GET {REFERRALS}": made,
    f"GET {ONE}": redeemed,
    f"POST {ONE}/code": issue,
    "GET /referral/v1/inbox": inbox,
    f"POST {CODES}/redemption": code,
    f"POST {ONE}/acceptance": redeemed,
    f"POST {ONE}/decline": decline,
    f"POST {ONE}/outcome": outcome,
    f"POST {ONE}/deletion-confirmation": deletion,
    f"POST {CODES}/status": code,
    f"POST {CODES}/withdrawal": code,
    f"POST {CODES}/release": agency_code,
    "GET /referral/v1/consent-texts": nothing,
}
