"""Two ways to send somebody elsewhere: an address that leaves no record about her, and a one-time code whose holder
needs no name."""

from typing import Any

from cli.client import Answer, Caller
from cli.demo.plan import Referral
from cli.demo.walk import Walk
from libs.contracts.topics import CLUSTER_OF
from libs.text.redaction import contains_personal_data

REFERRAL = "/referral/v1"
DECLINED_FOR = ("full", "not-competent", "language-missing")


async def give_address(walk: Walk) -> None:
    """She is told where to go; nothing about her is kept."""
    body = {"question": walk.id, "office": _office(walk), "mode": "address-only"}
    await walk.counsellor.post(f"{REFERRAL}/referrals", body)
    walk.count("referred", "address_only")


def _office(walk: Walk) -> str:
    """An office for this topic or its cluster; where there is none, the first: it knows the others."""
    topic = walk.plan.line.topic
    wanted = {topic, CLUSTER_OF.get(topic, topic)}
    fitting = [office for office in walk.stage.offices if wanted & set(office["topics"])]
    choice: str = (fitting or walk.stage.offices)[0]["id"]
    return choice


async def refer(walk: Walk, how: Referral) -> None:
    """Follow the plan for one referral."""
    if how is Referral.ADDRESS:
        return await give_address(walk)
    desks = walk.stage.cast.desks(walk.plan.programme)
    person, office = desks[walk.plan.number % len(desks)]
    code = await _code(walk, office)
    desk, holder = walk.stage.cast.caller(person), walk.stage.cast.holder()
    await holder.post(f"{REFERRAL}/codes/status", {"code": code})
    if how is Referral.WITHDRAWN:
        await _withdrawn(walk, holder, code)
    elif how is not Referral.OFFERED:
        await _redeemed(walk, how, desk, holder, code)
    return None


async def _code(walk: Walk, office: str) -> str:
    """A referral with a code; handing the code over is the consent."""
    body: dict[str, Any] = {"question": walk.id, "office": office, "mode": "one-time-code"}
    gist = walk.plan.line.gist
    if gist and walk.keeps_text and not contains_personal_data(gist):
        body["summary"] = gist[:2_000]
    made = await walk.counsellor.post(f"{REFERRAL}/referrals", body)
    walk.count("referred", "codes")
    issued = await walk.counsellor.post(f"{REFERRAL}/referrals/{made['id']}/code", {}, version=made["version"])
    code: str = issued["code"]
    return code


async def _redeemed(walk: Walk, how: Referral, desk: Caller, holder: Caller, code: str) -> None:
    arrived = await desk.post(f"{REFERRAL}/codes/redemption", {"code": code})
    walk.count("redeemed")
    path = f"{REFERRAL}/referrals/{arrived['id']}"
    await desk.get(path)
    if how is Referral.WITHDRAWN_LATE:
        await _withdrawn(walk, holder, code)
        now = await desk.get(path)
        await desk.post(f"{path}/deletion-confirmation", version=now.version)
        walk.count("deletions_confirmed")
    elif how is Referral.DECLINED:
        reason = DECLINED_FOR[walk.plan.number % len(DECLINED_FOR)]
        await desk.post(f"{path}/decline", {"reason": reason}, version=arrived["version"])
        walk.count("declined")
    else:
        await _helped(walk, desk, path, arrived)


async def _helped(walk: Walk, desk: Caller, path: str, arrived: Answer) -> None:
    accepted = await desk.post(f"{path}/acceptance", version=arrived["version"])
    await desk.post(f"{path}/outcome", {"outcome": "advised"}, version=accepted["version"])
    walk.count("accepted", "advised")


async def _withdrawn(walk: Walk, holder: Caller, code: str) -> None:
    await holder.post(f"{REFERRAL}/codes/withdrawal", {"code": code})
    walk.count("consent_withdrawn")
