"""Something to ask of each operation of intake."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.intake.programmes.api import EXAMPLE_POLICY
from tests.rights.asking import Ask, Case, about, listing
from tests.rights.cases import intake_accounts, intake_offers, intake_spaces
from tests.services.intake.situation import TRIAGE, Situation
from tests.services.probe import Person

QUESTIONS = "/intake/v1/questions"
TEXT = "Die Anerkennung kostet 100 bis 600 Euro."
WRONG = "Das kostet überhaupt nichts."
QUESTION, GIST, THREAD = "Was kostet mich das alles?", "Frage nach Kosten.", "facebook.com/groups/77/posts/"
# What stands in the working records, and the kinds of operation that may show it.
WORDS = {QUESTION: {"text"}, GIST: {"text"}, TEXT: {"text"}, WRONG: {"text"}, THREAD: {"place"}}
_posts = itertools.count(1)


async def programme(here: Situation, by: Person) -> Ask:
    return Ask({"code": here.programme}, traces=(here.programme,))


async def configuration(here: Situation, by: Person) -> Ask:
    seen = await here.admin.get(f"/intake/v1/programmes/{here.programme}")
    body = {"effective_from": "2020-01-01", "policy": EXAMPLE_POLICY}
    return Ask({"code": here.programme}, body, seen["version"])


async def new_space(here: Situation, by: Person) -> Ask:
    body = {"programme": here.programme, "platform": "facebook", "kind": "group", "name": "Frauen in Neustadt"}
    return Ask(body={**body, "languages": ["de"], "members": 300, "access": "closed"})


async def spaces(here: Situation, by: Person) -> Ask:
    return listing(here.space)


async def space(here: Situation, by: Person) -> Ask:
    return about(here.space)


async def new_question(here: Situation, by: Person) -> Ask:
    body = {"space": here.space, "text": "Was kostet die Anerkennung?", "channel": "public", "language": "de"}
    return Ask(body=body, about=here.space)


async def answered_question(here: Situation, by: Person) -> Ask:
    seven = {"topics": ["a-costs"], "level": "information", "legal_class": "general-information", "language": "de"}
    body = {**seven, "space": here.space, "referral": False, "misinformation": False, "parts": [TEXT]}
    return Ask(body=body, about=here.space)


async def need_signal(here: Situation, by: Person) -> Ask:
    return Ask(body={"space": here.space, "topic": "a-costs", "language": "ar"}, about=here.space)


async def share(here: Situation, by: Person) -> Ask:
    return Ask(body={"text": "Was kostet die Anerkennung?"})


async def rows(here: Situation, by: Person) -> Ask:
    row = f'{{"text": "Was kostet die Anerkennung?", "language": "de", "nr": {next(_posts)}}}'
    return Ask(body={"space": here.space, "format": "jsonl", "content": row}, about=here.space)


async def _captured(here: Situation) -> str:
    made = await here.question(**_found())
    return str(made["id"])


def _found() -> dict[str, str]:
    return {"text": QUESTION, "gist": GIST, "link": f"https://www.{THREAD}{next(_posts)}"}


async def questions(here: Situation, by: Person) -> Ask:
    return listing(await _captured(here))


async def question(here: Situation, by: Person) -> Ask:
    return about(await _captured(here), version=1)


async def reading(here: Situation, by: Person) -> Ask:
    return replace(about(await _captured(here)), traces=(QUESTION, GIST, THREAD))


async def closing(here: Situation, by: Person) -> Ask:
    return about(await _captured(here), {"reason": "out-of-scope"}, 1)


async def taken(here: Situation, by: Person) -> Ask:
    id = await _captured(here)
    await by.do("POST", f"{QUESTIONS}/{id}/taking", version=1)
    return about(id, version=2)


async def triage(here: Situation, by: Person) -> Ask:
    found = await taken(here, by)
    return about(found.about, TRIAGE, 2)


async def legal_class(here: Situation, by: Person) -> Ask:
    return about(
        await here.triaged(capture=_found(), legal_class="general-information"),
        {"legal_class": "individual-examination"},
        3,
    )


async def release(here: Situation, by: Person) -> Ask:
    id = await here.triaged(capture=_found())
    await here.released(id, TEXT)
    return replace(about(id), traces=(TEXT,))


async def new_posting(here: Situation, by: Person) -> Ask:
    return about((await release(here, by)).about, {"parts": [TEXT]})


async def postings(here: Situation, by: Person) -> Ask:
    id = (await release(here, by)).about
    return replace(about(id), traces=await _posted(here, id, TEXT))


async def repairs(here: Situation, by: Person) -> Ask:
    return listing(*await _posted(here, await here.triaged(capture=_found()), WRONG))


async def repair(here: Situation, by: Person) -> Ask:
    (posting,) = await _posted(here, await here.triaged(capture=_found()), WRONG)
    return about(posting, {"result": "removed"}, 2)


async def _posted(here: Situation, question: str, text: str) -> tuple[str, ...]:
    made = await here.counsellor.do("POST", f"{QUESTIONS}/{question}/postings", {"parts": [text]})
    return (made["id"],)


async def comment(here: Situation, by: Person) -> Ask:
    id = await here.triaged(capture=_found())
    await _posted(here, id, TEXT)
    asked = await here.dpo.do("POST", f"{QUESTIONS}/{id}/erasure", version=await here.version(id))
    return about(id, {"result": "removed"}, asked["version"])


async def hold(here: Situation, by: Person) -> Ask:
    return about(await _captured(here), {"reason": "complaint"}, 1)


async def held(here: Situation, by: Person) -> Ask:
    id = await _captured(here)
    await here.dpo.do("POST", f"{QUESTIONS}/{id}/hold", {"reason": "complaint"}, version=1)
    return about(id, version=2)


ONE = f"{QUESTIONS}/{{id}}"
CASES: Mapping[str, Case[Any]] = {
    **intake_accounts.CASES,
    **intake_spaces.CASES,
    **intake_offers.CASES,
    "GET /intake/v1/programmes": programme,
    "GET /intake/v1/programmes/{code}": programme,
    "PUT /intake/v1/programmes/{code}": configuration,
    "POST /intake/v1/spaces": new_space,
    "GET /intake/v1/spaces": spaces,
    "GET /intake/v1/spaces/{id}": space,
    f"POST {QUESTIONS}": new_question,
    "POST /intake/v1/answered-questions": answered_question,
    "POST /intake/v1/need-signals": need_signal,
    "POST /intake/v1/shares": share,
    "POST /intake/v1/imports": rows,
    f"GET {QUESTIONS}": questions,
    f"GET {ONE}": reading,
    f"POST {ONE}/taking": question,
    f"DELETE {ONE}/taking": taken,
    f"POST {ONE}/triage": triage,
    f"POST {ONE}/legal-class": legal_class,
    f"POST {ONE}/closing": closing,
    f"GET {ONE}/release": release,
    f"POST {ONE}/postings": new_posting,
    f"GET {ONE}/postings": postings,
    "GET /intake/v1/repairs": repairs,
    "POST /intake/v1/postings/{id}/repair": repair,
    f"POST {ONE}/erasure": question,
    f"POST {ONE}/erasure/comment": comment,
    f"POST {ONE}/hold": hold,
    f"DELETE {ONE}/hold": held,
}
