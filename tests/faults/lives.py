"""Questions whose every text holds a word that stands nowhere else, led through all services, and erased or not."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from string import ascii_lowercase
from typing import Any, Self

from cli.client import Answer, Caller, Client, Problem
from libs.edge.auth import Claim
from libs.kit.clock import SystemClock, local_day
from libs.kit.ids import new_id, staff_id
from tests.faults.fleet import Fleet
from tests.stack.waiting import eventually

INTAKE, REVIEW, REFERRAL = "/intake/v1", "/review/v1", "/referral/v1"
PREFIX, LETTERS = "kanarie", 16
# Longer than what PostgreSQL keeps in the row itself, and of letters that it cannot compress.
LONG = 6_000
PATIENCE_SECONDS = 90.0
QUALIFICATION = {"qualification": "befaehigung-zum-richteramt", "evidence": "certificate-seen"}
OFFICE = {
    "name": "Beratungsstelle",
    "kind": "mbe",
    "languages": ["de"],
    "topics": ["a-costs"],
    "land": "de-be",
    "modes": ["phone"],
    "reporting_duty": False,
}


def letters(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(ascii_lowercase, k=count))


@dataclass
class Stage:
    """A programme of its own with a space, an office and a legal reviewer. The people are the same in every programme,
    so that what they do can be compared. `doors` are intake's processes; each question goes through one of them."""

    fleet: Fleet
    doors: tuple[Client, ...]
    programme: str
    space: str
    office: str

    @classmethod
    async def made(cls, fleet: Fleet, exits: AsyncExitStack) -> Self:
        fleet.programme = f"test-{new_id().hex[-12:]}"
        names = [name for name, process in fleet.processes.items() if process.settings.service == "intake"]
        others = {name: process.url for name, process in fleet.processes.items() if name not in names}
        doors = [Client({**others, "intake": fleet.processes[name].url}, 16, PATIENCE_SECONDS) for name in names]
        for door in doors:
            await exits.enter_async_context(door)
        space = await fleet.prepare(fleet.processes[names[0]])
        stage = cls(fleet, tuple(doors), fleet.programme, space, str(new_id()))
        await stage._qualify()
        coordinator = stage.caller("referral-coordinator")
        listing = {**OFFICE, "listed_by": stage.programme}
        await coordinator.put(f"{REFERRAL}/offices/{stage.office}", listing, version=0)
        return stage

    def caller(self, role: str, door: int = 0) -> Caller:
        office = {"office": self.office} if role == "partner-office" else {}
        claim = {"roles": {self.programme: [role]}, "languages": ["de", "ar"], **office}
        made = Claim.model_validate(claim)

        async def token() -> str:
            return self.fleet.desk.token(name_of(role), made, SystemClock().now())

        return self.doors[door].acting(token)

    async def _qualify(self) -> None:
        today = local_day(SystemClock().now())
        path = f"{REVIEW}/reviewers/{staff_id(self.fleet.desk.url, name_of('legal-reviewer'))}"
        days = {"valid_from": str(today - timedelta(days=9)), "valid_until": str(today + timedelta(days=9))}
        body = {"programme": self.programme, **QUALIFICATION, **days}

        async def put(version: int) -> Answer:
            return await self.caller("admin").put(path, body, version=version)

        await at_its_version(put, 0)


def name_of(role: str) -> str:
    return f"{role}-of-the-test"


async def at_its_version(ask: Callable[[int], Awaitable[Answer]], version: int) -> Answer:
    """Ask, and ask again under the version that the refusal names: reading it first would be an event."""
    try:
        return await ask(version)
    except Problem as problem:
        if problem.code != "stale":
            raise
        return await ask(problem.extra["current_version"])


@dataclass
class Life:
    """One question that takes the first `far` of `STEPS`. Its `secrets` are to be gone once it is erased; what
    `stands` is the approved answer's, which an erasure leaves."""

    stage: Stage
    number: int
    far: int
    erased: bool
    chance: random.Random
    id: str = ""
    submission: str = ""
    released: str = ""
    code: str = ""
    secrets: set[str] = field(default_factory=set)
    stands: set[str] = field(default_factory=set)

    @property
    def german(self) -> bool:
        return self.number % 3 == 0

    def who(self, role: str) -> Caller:
        return self.stage.caller(role, self.number % len(self.stage.doors))

    def secret(self) -> str:
        word = PREFIX + letters(self.chance, LETTERS)
        self.secrets.add(word)
        return word

    async def live(self, pause: Callable[[], Awaitable[None]]) -> None:
        for step in STEPS[: self.far]:
            await step(self)
            await pause()

    async def end(self) -> None:
        """The data-protection officer erases it; where a comment stands, the counsellor removes that first."""
        path = f"{INTAKE}/questions/{self.id}/erasure"
        asked = await at_its_version(lambda version: self.who("dpo").post(path, version=version), 1)
        if asked["status"] != "forgotten":
            removed = {"result": "removed"}
            asked = await self.who("counsellor").post(f"{path}/comment", removed, version=asked["version"])
        assert asked["status"] == "forgotten"


async def capture(life: Life) -> None:
    more = letters(life.chance, LONG) if life.number % 4 == 0 else "?"
    body = {
        "space": life.stage.space,
        "text": f"Was kostet das {life.secret()} {more}",
        "gist": f"Kosten {life.secret()}",
        "place": life.secret(),
        "link": f"https://forum.example.org/thread/{life.secret()}",
        "channel": "public",
        "language": "de" if life.german else "ar",
    }
    life.id = (await life.who("counsellor").post(f"{INTAKE}/questions", body))["id"]


async def triage(life: Life) -> None:
    counsellor, path = life.who("counsellor"), f"{INTAKE}/questions/{life.id}"
    codes = {"level": "first-counselling", "legal_class": "general-information", "topics": ["a-costs"]}
    await counsellor.post(f"{path}/taking", version=1)
    await counsellor.post(f"{path}/triage", {**codes, "urgency": "normal", "land": "de-be"}, version=2)


async def submit(life: Life) -> None:
    variant = {"language": "de"} if life.german else {"language": "ar", "text": f"Entwurf {life.secret()}"}
    body = {"question": life.id, "core": f"Entwurf {life.secret()}", "variant": variant}
    passing = ("not_triaged", "language_differs")
    life.submission = (await life.who("counsellor").post(f"{REVIEW}/submissions", body, passing=passing))["id"]


async def bring_back(life: Life) -> None:
    """The reviewer returns the draft; new words take its place, and these will be approved."""
    path, jurist = f"{REVIEW}/submissions/{life.submission}", life.who("legal-reviewer")
    await jurist.post(f"{path}/taking", version=1)
    await jurist.post(f"{path}/return", {"core_version": 1, "reasons": ["source-missing"]}, version=2)
    words = [life.secret() for _ in range(1 if life.german else 2)]
    revised = {"core": f"Antwort {words[0]}"} | ({} if life.german else {"variant": f"Antwort {words[1]}"})
    life.released = f"Antwort {words[-1]}"
    await life.who("counsellor").post(f"{path}/revision", revised, version=3)
    await jurist.post(f"{path}/taking", version=4)
    # An answer is kept from its release on; a German one is released with its approval.
    if life.far > STEPS.index(approve if life.german else release):
        life.stands |= set(words)


async def approve(life: Life) -> None:
    path = f"{REVIEW}/submissions/{life.submission}/approval"
    await life.who("legal-reviewer").post(path, {"core_version": 2}, version=5)


async def release(life: Life) -> None:
    """By a second speaker or by the author's back-translation; a German core was released with its approval."""
    path, body = f"{REVIEW}/submissions/{life.submission}/release", {"variant_version": 2, "method": "second-speaker"}
    if life.german:
        return
    if life.number % 2:
        await life.who("second-reader").post(path, body, version=6)
    else:
        body |= {"method": "back-translation", "back_translation": f"Zurück {life.secret()}"}
        await life.who("counsellor").post(path, body, version=6)


async def post(life: Life) -> None:
    link = f"https://forum.example.org/answer/{life.secret()}"
    body = {"parts": [life.released], "submission": life.submission, "link": link}
    posted = await life.who("counsellor").post(f"{INTAKE}/questions/{life.id}/postings", body)
    assert posted["standing"] == "matching"


async def deviate(life: Life) -> None:
    """What stands there is not what was released: an incident, which the reviewer decides."""
    body = {"parts": [f"Ganz anders: {life.secret()}"], "submission": life.submission}
    posted = await life.who("counsellor").post(f"{INTAKE}/questions/{life.id}/postings", body)
    jurist = life.who("legal-reviewer")

    async def opened() -> Any:
        page = await jurist.get(f"{REVIEW}/incidents?state=open&programme={life.stage.programme}&limit=200")
        return next((one["id"] for one in page["items"] if one["posting"] == posted["id"]), None)

    path = f"{REVIEW}/incidents/{await eventually(opened, PATIENCE_SECONDS)}/decision"
    await jurist.post(path, {"decision": "correct-the-comment"}, version=1)


async def refer(life: Life) -> None:
    body = {"question": life.id, "office": life.stage.office, "mode": "one-time-code", "summary": life.secret()}
    path = f"{REFERRAL}/referrals"
    made = await life.who("counsellor").post(path, body)
    life.code = (await life.who("counsellor").post(f"{path}/{made['id']}/code", {}, version=1))["code"]


async def redeem(life: Life) -> None:
    await life.who("partner-office").post(f"{REFERRAL}/codes/redemption", {"code": life.code})


STEPS = (capture, triage, submit, bring_back, approve, release, post, deviate, refer, redeem)


async def all_live(
    lives: list[Life], pause: Callable[[], Awaitable[None]], at_once: int, *, then_end: bool = True
) -> None:
    """So many at once; those that are to be erased are, each as soon as its own steps are over."""
    waiting = iter(lives)

    async def work() -> None:
        for life in waiting:
            await life.live(pause)
            if life.erased and then_end:
                await life.end()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
