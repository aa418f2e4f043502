"""One question's way through intake and review: found, taken, triaged, submitted, reviewed, released, posted."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from cli.client import Answer, Caller, Problem
from cli.demo.cast import Cast
from cli.demo.plan import Fate, Plan
from cli.demo.tally import Tally

INTAKE, REVIEW = "/intake/v1", "/review/v1"
GERMAN = "de"
# Names that nobody has: the frame around an answer may hold one, and it is stored nowhere.
NAMES = ("Amal", "Olena", "Ana", "Fatou", "Elif", "Jelena")
RETURNED_FOR = ("source-missing", "incomplete", "not-understandable", "deadline-missing", "facts-missing")
MENDED = "\n\nQuelle und Stand hat die Beraterin ergänzt."
CHANGED = "\n\nBitte achten Sie auf die Frist in Ihrem Schreiben."
CARELESS = "Alles ganz einfach, das klappt bestimmt!"


@dataclass(frozen=True)
class Stage:
    """What all walks share. `captured` is set for a question's number once it is there, or once that has failed."""

    cast: Cast
    tally: Tally
    offices: list[dict[str, Any]]
    policies: dict[str, dict[str, Any]]
    detect: bool
    captured: dict[int, asyncio.Event] = field(default_factory=dict)


@dataclass
class Walk:
    """A question under way; `version` is what the next command on it must name."""

    stage: Stage
    plan: Plan
    id: str = ""
    version: int = 0
    language: str = ""
    person: str = ""

    @property
    def counsellor(self) -> Caller:
        return self.stage.cast.caller(self.person)

    @property
    def jurist(self) -> Caller:
        return self.stage.cast.caller(self.stage.cast.jurist(self.plan.number))

    @property
    def keeps_text(self) -> bool:
        return bool(self.stage.policies[self.plan.programme]["question_text"] != "none")

    @property
    def reviewed(self) -> bool:
        """Whether the programme lets nothing be posted without approval."""
        return bool(self.stage.policies[self.plan.programme]["review_rule"] == "always")

    def count(self, *what: str) -> None:
        self.stage.tally.done.update(what)

    # --- intake

    async def capture(self) -> None:
        """Found in a space; under a link that is known the platform asks what it is, and never merges by itself."""
        line, space = self.plan.line, self.plan.space
        self.person = self.stage.cast.counsellor(space.programme, line.language, self.plan.number)
        body = {
            "space": space.id,
            "text": line.text,
            "channel": "private" if self.plan.link is None else "public",
            "language": None if self.stage.detect else line.language,
            "gist": line.gist,
            "place": line.place,
            "link": self.plan.link,
        }
        found = await self._found({name: value for name, value in body.items() if value is not None})
        self.id, self.version, self.language = found["id"], found["version"], found["language"]
        self.stage.tally.questions.append(self.id)
        self.count("captured", *(["redacted"] if found["redacted"] else []))
        if self.stage.detect and line.language is not None:
            self.stage.tally.compared(line.language, self.language)
        if self.plan.found_twice:
            again = await self._told(body | {"link": self.plan.twin}, "same")
            assert again["duplicate"] and again["id"] == self.id, "the same link is the same question"
            self.count("duplicates")

    async def _found(self, body: dict[str, Any]) -> Answer:
        if self.plan.relation is None:
            return await self.counsellor.post(f"{INTAKE}/questions", body)
        return await self._told(body, self.plan.relation)

    async def _told(self, body: dict[str, Any], relation: str) -> Answer:
        """Try without a word first, as one does; then say what it is to the earlier question."""
        wanted = {name: value for name, value in body.items() if value is not None}
        try:
            return await self.counsellor.post(f"{INTAKE}/questions", wanted)
        except Problem as problem:
            if problem.code != "known_link":
                raise
        self.count("known_links")
        return await self.counsellor.post(f"{INTAKE}/questions", {**wanted, "relation": relation})

    async def triage(self) -> bool:
        """Take it and say what it is; False where the programme does not answer such questions and only refers."""
        line = self.plan.line
        path = f"{INTAKE}/questions/{self.id}"
        self.version = (await self.counsellor.post(f"{path}/taking", version=self.version))["version"]
        self.count("taken")
        body = {
            "level": "information" if line.legal_class == "not-legal" else "first-counselling",
            "legal_class": line.legal_class,
            "topics": [line.topic],
            "urgency": line.urgency,
            "land": line.land,
        }
        if line.language and line.language != self.language:
            body["language"] = self.language = line.language
        answers = True
        try:
            done = await self.counsellor.post(f"{path}/triage", body, version=self.version)
        except Problem as problem:
            if not any(place.code == "class_not_offered" for place in problem.places):
                raise
            answers = False
            self.count("refused_individual")
            done = await self.counsellor.post(f"{path}/triage", body | {"level": "referral"}, version=self.version)
        self.version = done["version"]
        self.count("triaged")
        return answers

    async def close(self, reason: str) -> None:
        """Nothing more is expected of us."""
        path = f"{INTAKE}/questions/{self.id}/closing"
        self.version = (await self.counsellor.post(path, {"reason": reason}, version=self.version))["version"]
        self.count("closed")

    # --- posting

    async def post_unasked(self, text: str) -> None:
        """Post without any release: where review is required that is an incident."""
        body = {"parts": [text]}
        posted = await self.counsellor.post(f"{INTAKE}/questions/{self.id}/postings", body)
        self.count("posted", posted["standing"])

    async def post_released(self, submission: str) -> None:
        """Copy the released text into the thread, with a greeting around it, and record that."""
        release = await self.counsellor.get(f"{INTAKE}/questions/{self.id}/release")
        parts = self._parts(release)
        careless = self.plan.fate is Fate.DEVIATING
        body = {"parts": [f"{release['text']} {CARELESS}"] if careless else parts, "submission": submission}
        posted = await self.counsellor.post(f"{INTAKE}/questions/{self.id}/postings", body)
        self.count("posted", posted["standing"])
        if careless:
            mended = {"result": "corrected", "parts": parts}
            path = f"{INTAKE}/postings/{posted['id']}/repair"
            await self.counsellor.post(path, mended, version=posted["version"])
            self.count("repaired")

    def _parts(self, release: Answer) -> list[str]:
        """What a hand makes of it: a greeting by name, sometimes two comments with numbers."""
        name = NAMES[self.plan.number % len(NAMES)]
        greeting = release["greetings"][0].replace("{name}", name) + ",\n" if release["greetings"] else ""
        text = greeting + release["text"]
        cut = text.find(" ", len(text) // 2)
        if self.plan.number % 5 == 0 and cut > 0:
            return [f"{text[:cut]} (1/2)", f"(2/2) {text[cut + 1 :]}"]
        return [text]
