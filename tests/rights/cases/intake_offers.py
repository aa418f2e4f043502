"""Something to ask of the operations on misinformation, hate against own accounts, and campaigns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.rights.asking import Ask, Case, about, listing
from tests.services.intake.accounts.test_accounts import asked
from tests.services.intake.campaigns import test_campaigns as campaigns
from tests.services.intake.campaigns.test_campaigns import BRIEF, CONTENT, FIGURES, NEW_ITEM, V1
from tests.services.intake.misinformation.test_misinformation import GIST, TRUTH, Rumour, rumour
from tests.services.intake.situation import Situation
from tests.services.probe import Person

CLAIM, SIGHTING, CORRECTION = f"{V1}/claims/{{id}}", f"{V1}/sightings/{{id}}", f"{V1}/corrections/{{id}}"
HATE, CAMPAIGN, ITEM = f"{V1}/hate-incidents", f"{V1}/campaigns/{{id}}", f"{V1}/campaign-items/{{id}}"
UNCOVERED = "Das stimmt so nicht."


async def _on(claim: Rumour, body: Any = None) -> Ask:
    return about(claim.id, body, (await claim.seen())["version"])


async def new_claim(here: Situation, by: Person) -> Ask:
    return Ask(body={"programme": here.programme, "topic": "a-costs", "gist": GIST})


async def claims(here: Situation, by: Person) -> Ask:
    return listing((await rumour(here)).id)


async def claim(here: Situation, by: Person) -> Ask:
    return await _on(await rumour(here))


async def variant(here: Situation, by: Person) -> Ask:
    return await _on(await rumour(here), {"language": "de", "wording": "Nur mit Visum!"})


async def new_sighting(here: Situation, by: Person) -> Ask:
    made = await rumour(here)
    return about(made.id, {"variant": await made.variant(), "space": here.space})


async def verdict(here: Situation, by: Person) -> Ask:
    return await _on(await rumour(here), {"verdict": "scam"})


async def new_correction(here: Situation, by: Person) -> Ask:
    return about((await rumour(here)).id, {"language": "de", "legal_class": "general-information"})


async def correction(here: Situation, by: Person) -> Ask:
    return about(await (await rumour(here)).text(), version=1)


async def reply(here: Situation, by: Person) -> Ask:
    made = await rumour(here)
    sighting = await made.sighted(await made.variant())
    return about(sighting, {"correction": await made.text(), "parts": [TRUTH]}, 1)


async def _uncovered(here: Situation) -> str:
    made = await rumour(here)
    sighting = await made.sighted(await made.variant())
    await made.reply(sighting, await made.text(), UNCOVERED)
    return sighting


async def repairs(here: Situation, by: Person) -> Ask:
    return listing(await _uncovered(here))


async def repair(here: Situation, by: Person) -> Ask:
    return about(await _uncovered(here), {"result": "removed"}, 3)


async def new_hate(here: Situation, by: Person) -> Ask:
    account = (await asked(here)).rpartition("/")[2]
    return Ask(body={"account": account, "language": "ar", "kind": "insult"}, about=account)


async def _hate(here: Situation, by: Person) -> str:
    body = (await new_hate(here, by)).body
    return str((await here.counsellor.do("POST", HATE, body))["id"])


async def hates(here: Situation, by: Person) -> Ask:
    return listing(await _hate(here, by))


async def hate(here: Situation, by: Person) -> Ask:
    return about(await _hate(here, by), version=1)


async def measure(here: Situation, by: Person) -> Ask:
    return replace(await hate(here, by), body={"measure": "account-blocked"})


async def new_campaign(here: Situation, by: Person) -> Ask:
    return Ask(body=campaigns.idea(here))


async def every_campaign(here: Situation, by: Person) -> Ask:
    return listing(await campaigns.briefed(here))


async def campaign(here: Situation, by: Person) -> Ask:
    return about(await campaigns.briefed(here), version=2)


async def brief(here: Situation, by: Person) -> Ask:
    return replace(await campaign(here, by), body=BRIEF)


async def ending(here: Situation, by: Person) -> Ask:
    return replace(await campaign(here, by), body={"end": "done"})


async def new_item(here: Situation, by: Person) -> Ask:
    return about(await campaigns.briefed(here), NEW_ITEM)


async def items(here: Situation, by: Person) -> Ask:
    return about(await campaigns.briefed(here))


async def item(here: Situation, by: Person) -> Ask:
    return about((await campaigns.drafted(here)).rpartition("/")[2], version=1)


async def content(here: Situation, by: Person) -> Ask:
    return replace(await item(here, by), body={**CONTENT, "text": "Neu."})


async def schedule(here: Situation, by: Person) -> Ask:
    path = await campaigns.drafted(here)
    await campaigns.released(here, path)
    return about(path.rpartition("/")[2], {"at": "2199-01-01T00:00:00Z", "spaces": [here.space]}, 2)


async def going_live(here: Situation, by: Person) -> Ask:
    return replace(await schedule(here, by), body={})


async def live(here: Situation, by: Person) -> Ask:
    found = await schedule(here, by)
    await here.counsellor.do("POST", f"{ITEM.format(id=found.about)}/going-live", {}, version=2)
    return about(found.about, version=3)


async def reach(here: Situation, by: Person) -> Ask:
    week = f"{here.intake.clock.now():%G-W%V}"
    found = replace(await live(here, by), body=FIGURES)
    return replace(found, path={**found.path, "week": week})


CASES: Mapping[str, Case[Any]] = {
    f"POST {V1}/claims": new_claim,
    f"GET {V1}/claims": claims,
    f"GET {CLAIM}": claim,
    f"POST {CLAIM}/variants": variant,
    f"POST {CLAIM}/sightings": new_sighting,
    f"GET {CLAIM}/sightings": claim,
    f"GET {CLAIM}/spread": claim,
    f"POST {CLAIM}/verdict": verdict,
    f"POST {CLAIM}/corrections": new_correction,
    f"GET {CLAIM}/corrections": claim,
    f"POST {CLAIM}/watch": claim,
    f"POST {CLAIM}/closing": claim,
    f"POST {CLAIM}/forgetting": claim,
    f"GET {CORRECTION}": correction,
    f"POST {CORRECTION}/ending": correction,
    f"POST {SIGHTING}/reply": reply,
    f"POST {SIGHTING}/repair": repair,
    f"GET {V1}/sightings/repairs": repairs,
    f"POST {HATE}": new_hate,
    f"GET {HATE}": hates,
    f"GET {HATE}/{{id}}": hate,
    f"POST {HATE}/{{id}}/measures": measure,
    f"POST {HATE}/{{id}}/closing": hate,
    f"POST {V1}/campaigns": new_campaign,
    f"GET {V1}/campaigns": every_campaign,
    f"GET {CAMPAIGN}": campaign,
    f"POST {CAMPAIGN}/brief": brief,
    f"POST {CAMPAIGN}/ending": ending,
    f"POST {CAMPAIGN}/items": new_item,
    f"GET {CAMPAIGN}/items": items,
    f"GET {ITEM}": item,
    f"PUT {ITEM}": content,
    f"POST {ITEM}/review": item,
    f"POST {ITEM}/schedule": schedule,
    f"POST {ITEM}/going-live": going_live,
    f"PUT {ITEM}/reach/{{week}}": reach,
    f"GET {ITEM}/reach": item,
    f"POST {ITEM}/keeping": live,
    f"POST {ITEM}/withdrawal": item,
}
