"""Builders for review's tests: a programme of one's own, a question in the state a test begins with, a submission
anywhere on its way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.intake import (
    Policy,
    PostedText,
    PostingRecorded,
    ProgrammeConfigured,
    QuestionCaptured,
    QuestionForgotten,
    QuestionLegalClassChanged,
    QuestionText,
    QuestionTiming,
    QuestionTriaged,
)
from libs.kit.ids import new_id
from tests.services.probe import MONDAY, Person, Probe

POLICY: dict[str, Any] = {
    "languages": ["de", "ar", "fa"],
    "levels": ["information", "first-counselling", "referral"],
    "legal_classes": ["not-legal", "general-information", "individual-examination"],
    "review_rule": "always",
    "legal_basis": "rdg-6",
    "back_translation": True,
    "counsellor_confirms_reviewer": False,
    "question_text": "redacted",
    "working_days": 30,
    "permalink_days": 365,
    "answer_years": 3,
    "term_start": "2020-05-01",
    "term_end": "2029-06-30",
    "funder": "bundesagentur-fuer-arbeit",
}
COUNTED: dict[str, Any] = {"week": "2026-W48", "platform": "facebook", "language": "ar", "topic": "f-residence"}
CAPTURED: dict[str, Any] = {
    **COUNTED,
    "topic": "unassigned",
    "size_class": "under-10000",
    "channel": "public",
    "relation": "new",
    "language_source": "given",
}
TRIAGED: dict[str, Any] = {
    **COUNTED,
    "captured_week": "2026-W48",
    "topic_before": "unassigned",
    "language_before": "ar",
    "level": "first-counselling",
    "legal_class": "individual-examination",
    "legal_class_before": None,
    "topics": ["f-residence"],
    "urgency": "normal",
    "land": "de-be",
    "has_deadline": False,
}
QUALIFICATION: dict[str, Any] = {
    "qualification": "befaehigung-zum-richteramt",
    "evidence": "certificate-seen",
    "valid_from": "2026-01-01",
    "valid_until": "2031-12-31",
}
QUESTION = "Mein Bescheid kam am 12.11., was kann ich tun?"
GIST = "Frage nach dem Widerspruch gegen einen Bescheid."
CORE = "Gegen den Bescheid ist der Widerspruch innerhalb eines Monats möglich (§ 70 VwGO)."
VARIANT = "يمكنك الاعتراض على القرار خلال شهر واحد."
BACK = "Du kannst gegen den Bescheid innerhalb eines Monats Widerspruch einlegen."
SUBMISSIONS, REVIEWERS, ANSWERS, INCIDENTS = (
    f"/review/v1/{name}" for name in ("submissions", "reviewers", "answers", "incidents")
)


@dataclass
class Situation:
    """A programme nobody else uses, with the people a test needs. `jurist` and `deputy` are qualified."""

    review: Probe
    programme: str
    admin: Person
    counsellor: Person
    colleague: Person
    speaker: Person
    jurist: Person
    deputy: Person
    coordinator: Person

    def someone(self, *roles: str, **claim: Any) -> Person:
        return self.review.person(*roles, programme=self.programme, **{"languages": ["de", "ar"], **claim})

    async def configure(self, **policy: Any) -> None:
        """Intake says the policy that holds from the first of the year."""
        fact = ProgrammeConfigured(effective_from=date(2026, 1, 1), policy=Policy.model_validate({**POLICY, **policy}))
        await self.review.hear(fact, id=self.programme, programme=self.programme, role="admin")

    async def qualify(self, person: Person, **body: Any) -> None:
        known = await self.admin.ask("GET", f"{REVIEWERS}/{person.staff}")
        version = known.json()["version"] if known.status_code == 200 else 0
        wanted = {"programme": self.programme, **QUALIFICATION, **body}
        await self.admin.do("PUT", f"{REVIEWERS}/{person.staff}", wanted, version=version)

    async def captured(self, text: str | None = QUESTION, **fact: Any) -> UUID:
        """A question that review knows, not triaged."""
        question = new_id()
        heard = QuestionCaptured.model_validate({**CAPTURED, **fact})
        await self.hear(heard, question, QuestionText(text=text, gist=GIST))
        return question

    async def triage(
        self, question: UUID, *, due: datetime | None = None, deadline: date | None = None, **fact: Any
    ) -> None:
        heard = QuestionTriaged.model_validate({**TRIAGED, **fact})
        timing = QuestionTiming(due_at=due or self.review.clock.now() + timedelta(days=14), deadline=deadline)
        await self.hear(heard, question, timing)

    async def question(self, *, language: str = "ar", **triage: Any) -> UUID:
        """A question that review knows, triaged."""
        question = await self.captured(language=language)
        await self.triage(question, language=language, language_before=language, **triage)
        return question

    async def hear(self, fact: Fact, question: UUID, text: Any = None, **more: Any) -> None:
        """Intake says a fact about a question."""
        await self.review.hear(fact, id=question, programme=self.programme, text=text, **more)

    async def raise_class(self, question: UUID, legal_class: str) -> None:
        fact = {"legal_class": legal_class, "legal_class_before": "individual-examination"}
        await self.hear(QuestionLegalClassChanged.model_validate(fact), question)

    async def forget(self, question: UUID) -> None:
        await self.hear(QuestionForgotten.model_validate({"cause": "request", "comment": "none-posted"}), question)

    async def submitted(self, question: UUID | None = None, *, by: Person | None = None, **body: Any) -> dict[str, Any]:
        """A draft answer of the counsellor's in the queue."""
        asked = question or await self.question()
        wanted = {"question": str(asked), "core": CORE, "variant": {"language": "ar", "text": VARIANT}, **body}
        made: dict[str, Any] = await (by or self.counsellor).do("POST", SUBMISSIONS, wanted)
        return made

    async def german(self, question: UUID | None = None, *, by: Person | None = None) -> dict[str, Any]:
        """A draft answer for a German thread: the core is the variant."""
        asked = question or await self.question(language="de")
        return await self.submitted(asked, by=by, variant={"language": "de"})

    async def taken(self, made: dict[str, Any] | None = None, *, by: Person | None = None) -> dict[str, Any]:
        """The jurist has taken it."""
        found = made or await self.submitted()
        return await self.step(by or self.jurist, found, "taking")

    async def approved(
        self, made: dict[str, Any] | None = None, *, by: Person | None = None, **body: Any
    ) -> dict[str, Any]:
        """The jurist has approved the core."""
        taken = await self.taken(made, by=by)
        return await self.step(by or self.jurist, taken, "approval", {"core_version": taken["core_version"], **body})

    async def released(self, made: dict[str, Any] | None = None) -> dict[str, Any]:
        """A second speaker has released the variant."""
        approved = await self.approved(made)
        body = {"variant_version": approved["variant_version"], "method": "second-speaker"}
        return await self.step(self.speaker, approved, "release", body)

    async def step(self, who: Person, made: dict[str, Any], path: str, body: Any = None) -> dict[str, Any]:
        """One POST on a submission at the version it was last seen."""
        done: dict[str, Any] = await who.do("POST", f"{SUBMISSIONS}/{made['id']}/{path}", body, version=made["version"])
        return done

    async def refused(self, who: Person, made: dict[str, Any], path: str, body: Any = None) -> tuple[int, str]:
        return await who.refused("POST", f"{SUBMISSIONS}/{made['id']}/{path}", body, version=made["version"])

    async def read(self, made: dict[str, Any], by: Person | None = None) -> Any:
        return await (by or self.jurist).get(f"{SUBMISSIONS}/{made['id']}")

    async def posted(
        self,
        question: UUID,
        standing: str,
        *,
        text: str | None = None,
        submission: Any = None,
        by: Person | None = None,
    ) -> UUID:
        """Intake says that something was posted."""
        fact = {**COUNTED, "standing": standing, "submission": submission, "parts": 1}
        posting, staff = new_id(), (by or self.counsellor).staff
        await self.review.hear(
            PostingRecorded.model_validate(fact),
            id=posting,
            programme=self.programme,
            concerns=question,
            text=PostedText(text=text),
            staff=staff,
        )
        return posting

    async def types(self, about: UUID | str) -> list[str]:
        """The events that concern a question or aggregate, short."""
        return [short(event.type) for event in await self.review.said(about=about)]

    async def stored(self, text: str) -> list[str]:
        """The columns of this service's database that hold a text, as `table.column`; each row is looked at whole."""
        pool = self.review.db._pool
        assert pool is not None
        tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL lotse.programmes = '*'")
            for row in tables:
                table = row["tablename"]
                count = await connection.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1", f"%{text}%")
                raw = await connection.fetchval(
                    f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1", f"%{text.encode().hex()}%"
                )
                found += [table] if count or raw else []
        return sorted(found)

    def later(self, **by: float) -> None:
        self.review.clock.advance(**by)


def short(type: str) -> str:
    return type.removeprefix("lotse.review.").removesuffix(".v1")


async def situation(review: Probe, **policy: Any) -> Situation:
    """A fresh programme whose policy is the example's with changes, its people, and two qualified legal reviewers."""
    code = f"test-{new_id().hex[-12:]}"

    def someone(*roles: str) -> Person:
        return review.person(*roles, programme=code, languages=["de", "ar"])

    made = Situation(
        review=review,
        programme=code,
        admin=someone("admin"),
        counsellor=someone("counsellor"),
        colleague=someone("counsellor"),
        speaker=someone("second-reader"),
        jurist=someone("legal-reviewer"),
        deputy=someone("legal-reviewer"),
        coordinator=someone("coordinator"),
    )
    await made.configure(**policy)
    for person in (made.jurist, made.deputy):
        await made.qualify(person)
    return made


__all__ = ["MONDAY", "Situation", "situation"]
