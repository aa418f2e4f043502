"""The sample people and what each does in the demo: who speaks a language, who reviews, which desk is whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.client import Caller, Client
from cli.local.devissuer import People, read_people
from cli.local.migrations import ROOT
from cli.where import DevTokens
from libs.contracts.roles import Role
from libs.kit.ids import staff_id

FILE: Path = ROOT / "cli" / "people.json"
JURISTS = ("jurist", "jurist-2")


@dataclass(frozen=True)
class Cast:
    """Callers by what they are for. Where several could do it, `number` lets them take turns."""

    client: Client
    tokens: DevTokens
    people: People

    @classmethod
    def of(cls, client: Client, issuer: str) -> "Cast":
        return cls(client, DevTokens(issuer), read_people(FILE))

    def caller(self, person: str) -> Caller:
        return self.client.acting(self.tokens.of(person))

    def holder(self) -> Caller:
        """Whoever holds a one-time code: nobody asks her name."""
        return self.client.acting(None)

    def staff(self, person: str) -> str:
        """Her pseudonymous id in every service."""
        return str(staff_id(self.tokens.issuer, person))

    def counsellor(self, programme: str, language: str | None, number: int = 0) -> str:
        """One who speaks the language, else any of the programme."""
        return self._one(programme, Role.COUNSELLOR, language, number)

    def second_speaker(self, programme: str, language: str) -> str | None:
        """One who reads a variant against its core, because she speaks its language. Her own texts she never meets:
        counsellors write them."""
        holders = self._holders(programme, Role.SECOND_READER)
        return next((key for key in holders if language in self.people[key].languages), None)

    def jurist(self, number: int) -> str:
        return JURISTS[number % len(JURISTS)]

    def desks(self, programme: str) -> list[tuple[str, str]]:
        """(person, office) of the partner offices with somebody at the desk."""
        holders = self._holders(programme, Role.PARTNER_OFFICE)
        return [(key, str(self.people[key].office)) for key in holders if self.people[key].office is not None]

    def _one(self, programme: str, role: Role, language: str | None, number: int) -> str:
        holders = self._holders(programme, role)
        speaking = [key for key in holders if language in self.people[key].languages]
        choice: Sequence[str] = speaking or holders
        return choice[number % len(choice)]

    def _holders(self, programme: str, role: Role) -> list[str]:
        return [key for key, one in self.people.items() if role in one.roles.get(programme, ())]
