"""Builders for intake's tests: a programme of one's own, a space, a question in the state a test begins with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from libs.contracts.codes import ReleaseMethod
from libs.contracts.review import ReleasedText, SubmissionVariantReleased
from libs.kit.ids import new_id
from services.intake.programmes.api import EXAMPLE_POLICY
from tests.services.probe import Person, Probe

CORE = {"core_version": 1, "core_commitment": "0" * 64}
COUNTED = {"week": "2026-W48", "platform": "facebook", "language": "de", "topic": "a-costs"}
TRIAGE = {
    "level": "first-counselling",
    "legal_class": "individual-examination",
    "topics": ["a-costs"],
    "urgency": "normal",
    "land": "de-be",
}


@dataclass
class Situation:
    """A programme nobody else uses, with the people a test needs."""

    intake: Probe
    programme: str
    admin: Person
    counsellor: Person
    coordinator: Person
    dpo: Person
    space: str = ""

    async def question(self, **body: Any) -> dict[str, Any]:
        """A captured question."""
        wanted = {"space": self.space, "text": "Was kostet die Anerkennung?", "channel": "public", "language": "de"}
        made: dict[str, Any] = await self.counsellor.do("POST", "/intake/v1/questions", {**wanted, **body})
        return made

    async def triaged(self, *, capture: dict[str, Any] | None = None, **triage: Any) -> str:
        """A question taken and triaged by the counsellor; its id."""
        question = await self.question(**(capture or {}))
        path = f"/intake/v1/questions/{question['id']}"
        await self.counsellor.do("POST", f"{path}/taking", version=1)
        await self.counsellor.do("POST", f"{path}/triage", {**TRIAGE, **triage}, version=2)
        return str(question["id"])

    async def released(self, question: str, text: str = "Die Anerkennung kostet 100 bis 600 Euro.") -> UUID:
        """Review releases a variant for a question; the submission's id."""
        submission = new_id()
        fact = SubmissionVariantReleased(
            **COUNTED,  # type: ignore[arg-type]
            **CORE,  # type: ignore[arg-type]
            variant_language="de",
            method=ReleaseMethod.SAME_LANGUAGE,
            variant_version=1,
            variant_commitment="0" * 64,
        )
        await self.intake.hear(
            fact,
            id=submission,
            programme=self.programme,
            concerns=question,
            text=ReleasedText(text=text, salt="00"),
        )
        return submission

    async def version(self, question: str) -> int:
        """The question's current version."""
        return int((await self.counsellor.get(f"/intake/v1/questions/{question}"))["version"])

    def later(self, **by: float) -> None:
        self.intake.clock.advance(seconds=timedelta(**by).total_seconds())


async def situation(intake: Probe, **policy: Any) -> Situation:
    """A fresh programme whose policy is the example's with changes, and a space in it."""
    code = f"test-{new_id().hex[-12:]}"
    people = {
        name: intake.person(role, programme=code, languages=["de", "ar"])
        for name, role in (
            ("admin", "admin"),
            ("counsellor", "counsellor"),
            ("coordinator", "coordinator"),
            ("dpo", "dpo"),
        )
    }
    made = Situation(intake, code, people["admin"], people["counsellor"], people["coordinator"], people["dpo"])
    body = {"effective_from": "2020-01-01", "policy": {**EXAMPLE_POLICY, **policy}}
    await made.admin.do("PUT", f"/intake/v1/programmes/{code}", body, version=0)
    space = {
        "programme": code,
        "platform": "facebook",
        "kind": "group",
        "name": "Frauen in Musterstadt",
        "languages": ["ar", "de"],
        "members": 300,
        "access": "closed",
    }
    made.space = (await made.counsellor.do("POST", "/intake/v1/spaces", space))["id"]
    return made
