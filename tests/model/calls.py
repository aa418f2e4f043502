"""How a request of the model is put over HTTP: to which service, under which path, with which body."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from libs.edge.auth import Claim
from libs.kit.ids import staff_id
from services.intake.programmes.api import EXAMPLE_POLICY
from services.referral.directory.api import EXAMPLE as EXAMPLE_OFFICE
from tests.model.cast import QUALIFIED, ROLES, Thing
from tests.model.platform import Platform
from tests.model.rules import Walk
from tests.services.intake.situation import TRIAGE
from tests.services.probe import Person
from tests.services.review.situation import QUALIFICATION

RELEASED = {"de": "Das regelt die zuständige Stelle.", "ar": "يمكنك الاعتراض على القرار خلال شهر واحد."}
CALLS = {
    "take": "intake POST /questions/{id}/taking",
    "triage": "intake POST /questions/{id}/triage",
    "class": "intake POST /questions/{id}/legal-class",
    "hold": "intake POST /questions/{id}/hold",
    "lift": "intake DELETE /questions/{id}/hold",
    "erase": "intake POST /questions/{id}/erasure",
    "comment": "intake POST /questions/{id}/erasure/comment",
    "post": "intake POST /questions/{id}/postings",
    "submit": "review POST /submissions",
    "revise": "review POST /submissions/{id}/revision",
    "take-item": "review POST /submissions/{id}/taking",
    "approve": "review POST /submissions/{id}/approval",
    "change": "review POST /submissions/{id}/approval",
    "return": "review POST /submissions/{id}/return",
    "block": "review POST /submissions/{id}/block",
    "confirm": "review POST /submissions/{id}/confirmation",
    "release": "review POST /submissions/{id}/release",
    "withdraw-approval": "review DELETE /submissions/{id}/approval",
    "refer": "referral POST /referrals",
    "code": "referral POST /referrals/{id}/code",
    "redeem": "referral POST /codes/redemption",
    "accept": "referral POST /referrals/{id}/acceptance",
    "consent-withdrawn": "referral POST /codes/withdrawal",
    "capture": "intake POST /questions",
}
WITHOUT_VERSION = ("capture", "post", "submit", "refer", "redeem", "consent-withdrawn")


@dataclass
class Calls:
    """A programme nobody else uses, and which id or code stands for which name of the model."""

    platform: Platform
    programme: str = field(default_factory=lambda: f"test-{uuid4().hex[:12]}")
    office: str = field(default_factory=lambda: str(uuid4()))
    space: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def person(self, service: str, who: str, *roles: str) -> Person:
        held = roles or tuple(sorted(ROLES.get(who, ())))
        if not held:
            return Person(self.platform[service].probe, who, Claim())
        office = {"office": self.office} if "partner-office" in held else {}
        claim = {"roles": {self.programme: list(held)}, "languages": ["ar", "de"], **office}
        return Person(self.platform[service].probe, self._subject(who), Claim.model_validate(claim))

    def _subject(self, who: str) -> str:
        return f"{who}-{self.programme}"

    async def found(self) -> None:
        """The programme with its policy, a space, an office, and who is qualified."""
        policy = {"effective_from": "2020-01-01", "policy": EXAMPLE_POLICY | {"legal_classes": list(ANSWERED)}}
        admin = self.person("intake", "ida", "admin")
        await admin.do("PUT", f"/intake/v1/programmes/{self.programme}", policy, version=0)
        space = {"platform": "facebook", "kind": "group", "name": "Frauen in Musterstadt", "languages": ["de", "ar"]}
        space |= {"programme": self.programme, "members": 300, "access": "closed"}  # type: ignore[dict-item]
        self.space = (await self.person("intake", "amal").do("POST", "/intake/v1/spaces", space))["id"]
        listed = {**EXAMPLE_OFFICE, "listed_by": self.programme}
        kira = self.person("referral", "kira", "referral-coordinator")
        await kira.do("PUT", f"/referral/v1/offices/{self.office}", listed, version=0)
        for who in sorted(QUALIFIED):
            staff = staff_id(self.platform["review"].desk.url, self._subject(who))
            body = {"programme": self.programme, **QUALIFICATION}
            path = f"/review/v1/reviewers/{staff}"
            await self.person("review", "ida", "admin").do("PUT", path, body, version=0)

    async def ask(
        self, walk: Walk, verb: str, who: str, on: str, choice: str, *, version: int | None, key: str
    ) -> httpx.Response:
        service, method, path = self.route(verb, on)
        seen = None if verb in WITHOUT_VERSION else version
        body = self._body(walk.things.get(on), verb, choice)
        return await self.person(service, who).ask(method, path, body, version=seen, key=key)

    def route(self, verb: str, on: str) -> tuple[str, str, str]:
        service, method, path = CALLS[verb].split(" ")
        return service, method, f"/{service}/v1{path.replace('{id}', self.ids.get(on, ''))}"

    def learn(self, name: str, verb: str, on: str, reply: dict[str, Any]) -> None:
        """From now on it is known; an id never changes."""
        if name:
            assert self.ids.setdefault(name, reply["id"]) == reply["id"], f"{name} had another id"
        if verb == "code":
            self.codes[on] = reply["code"]

    def _body(self, thing: Thing | None, verb: str, choice: str) -> Any:
        if thing is None:
            language, _, relation = choice.partition(" ")
            link = f"https://www.facebook.com/groups/1/posts/{self.programme}" if relation else None
            body: dict[str, Any] = {"space": self.space, "text": "Was kostet die Anerkennung?", "channel": "public"}
            body |= {"language": language, "link": link, "relation": relation if relation == "same" else None}
            return body
        versions = {"core_version": thing.cores}
        return {
            "triage": {**TRIAGE, "level": "referral", "legal_class": choice},
            "class": {"legal_class": choice},
            "hold": {"reason": "complaint"},
            "comment": {"result": "removed"},
            "post": {"parts": [RELEASED[thing.language] if choice == "released" else "Das stimmt so nicht."]},
            "submit": self._draft(thing),
            "revise": {"core": f"{RELEASED['de']} Neu {'x' * thing.version}."},
            "approve": versions,
            "change": {**versions, "core": f"{RELEASED['de']} Anders {'x' * thing.version}."},
            "return": {**versions, "reasons": ["source-missing"]},
            "block": {**versions, "reasons": ["needs-lawyer"]},
            "release": {"variant_version": 1, "method": "second-speaker"},
            "refer": {"question": self.ids.get(thing.name), "office": self.office, "mode": "one-time-code"},
            "code": {"language": thing.language},
            "redeem": {"code": self.codes.get(thing.name)},
            "consent-withdrawn": {"code": self.codes.get(thing.name)},
        }.get(verb)

    def _draft(self, thing: Thing) -> Any:
        variant = {"language": thing.language, "text": None if thing.language == "de" else RELEASED["ar"]}
        return {"question": self.ids.get(thing.name), "core": RELEASED["de"], "variant": variant}


ANSWERED = ("not-legal", "general-information", "individual-examination")
