"""Builders for referral's tests: a programme of one's own, an office, a question, a referral in any state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from libs.contracts.envelope import Fact
from libs.contracts.intake import (
    Policy,
    ProgrammeConfigured,
    QuestionCaptured,
    QuestionForgotten,
    QuestionText,
    QuestionTiming,
    QuestionTriaged,
)
from libs.kit.ids import new_id
from tests.services.probe import MONDAY, Person, Probe

POLICY: dict[str, Any] = {
    "languages": ["de", "ar"],
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
CAPTURED: dict[str, Any] = {
    "week": "2026-W48",
    "platform": "facebook",
    "language": "ar",
    "topic": "unassigned",
    "size_class": "under-10000",
    "channel": "public",
    "relation": "new",
    "language_source": "given",
}
TRIAGED: dict[str, Any] = {
    "week": "2026-W48",
    "platform": "facebook",
    "language": "ar",
    "topic": "f-residence",
    "captured_week": "2026-W48",
    "topic_before": "unassigned",
    "language_before": "ar",
    "level": "referral",
    "legal_class": "individual-examination",
    "legal_class_before": None,
    "topics": ["f-residence"],
    "urgency": "urgent",
    "land": "de-be",
    "has_deadline": False,
}
ENTRY: dict[str, Any] = {
    "name": "Beratungsstelle Lindenhof",
    "kind": "mbe",
    "languages": ["de", "ar"],
    "topics": ["f-residence"],
    "land": "de-by",
    "postcode": "86150",
    "city": "Augsburg",
    "street": "Lindenweg 7",
    "phone": "+49 821 000000",
    "web": "https://lindenhof.example/aufnahme",
    "hours": "Mo bis Do 9 bis 12 Uhr",
    "modes": ["on-site", "phone"],
    "reporting_duty": False,
}
SUMMARY = "Der Bescheid verlangt eine Anpassungsmaßnahme; gesucht wird ein Platz in der Pflege."
REFERRALS, CODES = "/referral/v1/referrals", "/referral/v1/codes"


@dataclass
class Situation:
    """A programme nobody else uses, with the people a test needs."""

    referral: Probe
    programme: str
    counsellor: Person
    colleague: Person
    referral_coordinator: Person

    def at(self, office: str) -> Person:
        """Somebody who signs in for an office."""
        return self.referral.person("partner-office", programme=self.programme, office=office)

    async def office(self, **entry: Any) -> str:
        """An office in the directory."""
        office = str(new_id())
        body = {"listed_by": self.programme, **ENTRY, **entry}
        await self.referral_coordinator.do("PUT", f"/referral/v1/offices/{office}", body, version=0)
        return office

    async def question(self, **triage: Any) -> UUID:
        """A question that referral knows, triaged."""
        question = await self.captured()
        await self.triage(question, **triage)
        return question

    async def captured(self) -> UUID:
        """A question that referral knows, not triaged."""
        question = new_id()
        await self.hear(QuestionCaptured(**CAPTURED), question, text=QuestionText(text="geheim", gist=None))
        return question

    async def triage(self, question: UUID, **triage: Any) -> None:
        fact = QuestionTriaged.model_validate({**TRIAGED, **triage})
        await self.hear(fact, question, text=QuestionTiming(due_at=MONDAY, deadline=None))

    async def hear(self, fact: Fact, question: UUID, text: Any = None) -> None:
        """Intake says a fact about a question."""
        await self.referral.hear(fact, id=question, programme=self.programme, text=text)

    async def forget(self, question: UUID) -> None:
        await self.hear(QuestionForgotten.model_validate({"cause": "request", "comment": "none-posted"}), question)

    async def refer(self, question: UUID, office: str, **body: Any) -> dict[str, Any]:
        """A referral with a code to come, made by the counsellor."""
        wanted = {"question": str(question), "office": office, "mode": "one-time-code", "summary": SUMMARY, **body}
        made: dict[str, Any] = await self.counsellor.do("POST", REFERRALS, wanted)
        return made

    async def code(self, made: dict[str, Any]) -> str:
        """The code of a fresh referral."""
        issued = await self.counsellor.do("POST", f"{REFERRALS}/{made['id']}/code", {}, version=made["version"])
        return str(issued["code"])

    async def offered(self, **entry: Any) -> "Handed":
        """A referral whose code she holds, to an office of this description."""
        question, office = await self.question(), await self.office(**entry)
        made = await self.refer(question, office)
        return Handed(self, question, office, made["id"], await self.code(made))

    async def redeemed(self, **entry: Any) -> "Handed":
        handed = await self.offered(**entry)
        await handed.redeem()
        return handed

    async def row(self, referral: str) -> dict[str, Any]:
        """What the table really holds."""
        async with self.admin() as connection:
            found = await connection.fetchrow("SELECT * FROM referral WHERE id = $1", UUID(referral))
        assert found is not None
        return dict(found)

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[Any]:
        """The runtime role's connection with every programme in sight."""
        pool = self.referral.db._pool
        assert pool is not None
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL lotse.programmes = '*'")
            yield connection


@dataclass
class Handed:
    """A referral with its code in her hand."""

    situation: Situation
    question: UUID
    office: str
    id: str
    code: str

    @property
    def desk(self) -> Person:
        return self.situation.at(self.office)

    @property
    def path(self) -> str:
        return f"{REFERRALS}/{self.id}"

    async def redeem(self) -> dict[str, Any]:
        done: dict[str, Any] = await self.desk.do("POST", f"{CODES}/redemption", {"code": self.code})
        return done

    async def version(self) -> int:
        return int((await self.situation.row(self.id))["version"])

    async def answer(self, step: str, body: Any = None) -> dict[str, Any]:
        """A step of the office, with the version as it stands."""
        done: dict[str, Any] = await self.desk.do("POST", f"{self.path}/{step}", body, version=await self.version())
        return done

    async def answer_refused(self, step: str, body: Any = None) -> tuple[int, str]:
        return await self.desk.refused("POST", f"{self.path}/{step}", body, version=await self.version())

    async def hold(self, step: str, **body: Any) -> dict[str, Any]:
        """What she does with the code, without signing in; fails the test unless it succeeds."""
        reply = await asked(self.situation.referral, step, {"code": self.code, **body})
        assert reply.status_code == 200, reply.text
        done: dict[str, Any] = reply.json()
        return done

    async def hold_refused(self, step: str, **body: Any) -> tuple[int, str]:
        reply = await asked(self.situation.referral, step, {"code": self.code, **body})
        assert reply.status_code >= 400, reply.text
        return reply.status_code, reply.json()["code"]


async def asked(probe: Probe, step: str, body: Any, address: str = "192.0.2.1") -> httpx.Response:
    """Somebody without a token asks about a code, from an address."""
    transport = httpx.ASGITransport(app=probe.app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://lotse.test") as http:
        return await http.post(f"{CODES}/{step}", json=body, headers={"Idempotency-Key": str(new_id())})


async def situation(referral: Probe, **policy: Any) -> Situation:
    """A fresh programme that referral has heard of."""
    programme = f"prog-{new_id().hex[-16:]}"
    fact = ProgrammeConfigured(
        effective_from=date(2020, 5, 1), policy=Policy.model_validate({**POLICY, **policy}, strict=False)
    )
    await referral.hear(fact, id=programme, programme=programme)
    counsellor, colleague = (referral.person("counsellor", programme=programme) for _ in range(2))
    return Situation(
        referral, programme, counsellor, colleague, referral.person("referral-coordinator", programme=programme)
    )
