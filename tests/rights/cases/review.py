"""Something to ask of each operation of review. The jurist of the situation is nobody who asks: two may decide."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.kit.ids import new_id
from tests.rights.asking import Ask, Case, about, listing
from tests.services.probe import Person
from tests.services.review.situation import (
    ANSWERS,
    CORE,
    GIST,
    INCIDENTS,
    QUALIFICATION,
    QUESTION,
    REVIEWERS,
    SUBMISSIONS,
    VARIANT,
    Situation,
)

POSTED = "Was in der Gruppe steht."
# What stands in the working records, and the kinds of operation that may show it.
WORDS = {
    QUESTION: {"text"},
    GIST: {"text"},
    CORE: {"drafts", "answers"},
    VARIANT: {"drafts", "answers"},
    POSTED: {"text"},
}


async def reviewers(here: Situation, by: Person) -> Ask:
    return listing(here.jurist.staff)


async def reviewer(here: Situation, by: Person) -> Ask:
    return about(here.jurist.staff)


async def qualification(here: Situation, by: Person) -> Ask:
    return Ask({"id": str(new_id())}, {"programme": here.programme, **QUALIFICATION}, 0)


async def qualified(here: Situation, by: Person) -> Ask:
    somebody = here.someone("legal-reviewer")
    await here.qualify(somebody)
    return Ask({"id": str(somebody.staff)}, version=1, query={"programme": here.programme})


async def new_submission(here: Situation, by: Person) -> Ask:
    question = str(await here.question())
    body = {"question": question, "core": CORE, "variant": {"language": "ar", "text": VARIANT}}
    return Ask(body=body, about=question)


async def queue(here: Situation, by: Person) -> Ask:
    return listing((await here.submitted())["id"])


async def submitted(here: Situation, by: Person) -> Ask:
    made = await here.submitted()
    return about(made["id"], version=made["version"])


async def reading(here: Situation, by: Person) -> Ask:
    return replace(await submitted(here, by), traces=(QUESTION, GIST, CORE, VARIANT))


async def revision(here: Situation, by: Person) -> Ask:
    made = await here.submitted()
    return about(made["id"], {"core": "Ein anderer Text (§ 70 VwGO)."}, made["version"])


async def taken(here: Situation, by: Person) -> Ask:
    made = await here.taken(by=by)
    return about(made["id"], version=made["version"])


async def approval(here: Situation, by: Person) -> Ask:
    made = await here.taken(by=by)
    return about(made["id"], {"core_version": 1}, made["version"])


async def returning(here: Situation, by: Person) -> Ask:
    made = await here.taken(by=by)
    return about(made["id"], {"core_version": 1, "reasons": ["incomplete"]}, made["version"])


async def blocking(here: Situation, by: Person) -> Ask:
    made = await here.taken(by=by)
    return about(made["id"], {"core_version": 1, "reasons": ["needs-office"]}, made["version"])


async def approved(here: Situation, by: Person) -> Ask:
    made = await here.approved()
    return about(made["id"], version=made["version"])


async def changed(here: Situation, by: Person) -> Ask:
    made = await here.approved(core="Gegen den Bescheid können Sie Widerspruch einlegen (§ 70 VwGO).")
    return about(made["id"], version=made["version"])


async def release(here: Situation, by: Person) -> Ask:
    made = await here.approved()
    return about(made["id"], {"variant_version": 1, "method": "second-speaker"}, made["version"])


async def answers(here: Situation, by: Person) -> Ask:
    return listing(await _answer(here))


async def answer(here: Situation, by: Person) -> Ask:
    return replace(about(await _answer(here)), traces=(CORE, VARIANT))


async def _answer(here: Situation) -> str:
    submission = (await here.released())["id"]
    kept = await here.coordinator.get(ANSWERS, limit=200)
    return next(str(one["id"]) for one in kept["items"] if one["submission"] == submission)


async def incidents(here: Situation, by: Person) -> Ask:
    return listing(await _incident(here))


async def incident(here: Situation, by: Person) -> Ask:
    return replace(about(await _incident(here)), traces=(POSTED,))


async def decision(here: Situation, by: Person) -> Ask:
    return about(await _incident(here), {"decision": "remove-the-comment"}, 1)


async def _incident(here: Situation) -> str:
    posting = str(await here.posted(await here.question(), "without-approval", text=POSTED))
    found = await here.coordinator.get(INCIDENTS, limit=200)
    return next(str(one["id"]) for one in found["items"] if one["posting"] == posting)


ONE = f"{SUBMISSIONS}/{{id}}"
CASES: Mapping[str, Case[Any]] = {
    f"GET {REVIEWERS}": reviewers,
    f"GET {REVIEWERS}/{{id}}": reviewer,
    f"PUT {REVIEWERS}/{{id}}": qualification,
    f"DELETE {REVIEWERS}/{{id}}": qualified,
    f"POST {SUBMISSIONS}": new_submission,
    f"GET {SUBMISSIONS}": queue,
    f"GET {ONE}": reading,
    f"POST {ONE}/revision": revision,
    f"POST {ONE}/withdrawal": submitted,
    f"POST {ONE}/taking": submitted,
    f"DELETE {ONE}/taking": taken,
    f"POST {ONE}/approval": approval,
    f"DELETE {ONE}/approval": approved,
    f"POST {ONE}/return": returning,
    f"POST {ONE}/block": blocking,
    f"POST {ONE}/confirmation": changed,
    f"POST {ONE}/release": release,
    f"GET {ANSWERS}": answers,
    f"GET {ANSWERS}/{{id}}": answer,
    f"GET {INCIDENTS}": incidents,
    f"GET {INCIDENTS}/{{id}}": incident,
    f"POST {INCIDENTS}/{{id}}/decision": decision,
}
