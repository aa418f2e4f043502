"""The sample people of the development issuer cover every role a person can hold, in every programme's languages."""

import tomllib
from pathlib import Path
from typing import Any

from cli.local.devissuer import read_people
from libs.contracts.roles import Role
from libs.edge.auth import Claim

ROOT = Path(__file__).parents[2]
PEOPLE = read_people(ROOT / "cli" / "people.json")
PROGRAMMES: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "services/intake/programmes.toml").read_text())
# The holder of a code and the system act without a token.
WITHOUT_TOKEN = {Role.HOLDER, Role.SYSTEM}


def held() -> set[tuple[str, str]]:
    return {(programme, role) for one in PEOPLE.values() for programme, roles in one.roles.items() for role in roles}


def test_every_role_a_person_can_hold_is_held_by_someone() -> None:
    assert {role for _, role in held()} == {str(role) for role in Role if role not in WITHOUT_TOKEN}


def test_the_programmes_are_those_that_are_shipped() -> None:
    assert {programme for programme, _ in held()} == set(PROGRAMMES)


def test_each_programme_has_a_counsellor_and_a_second_reader_for_each_of_its_languages() -> None:
    for code, programme in PROGRAMMES.items():
        for role in ("counsellor", "second-reader"):
            speaking = [set(one.languages) for one in PEOPLE.values() if role in one.roles.get(code, [])]
            assert set(programme["policy"]["languages"]) <= set().union(*speaking), (code, role)


def test_there_are_two_legal_reviewers_so_that_one_can_review_the_other() -> None:
    for code in PROGRAMMES:
        assert sum("legal-reviewer" in one.roles.get(code, []) for one in PEOPLE.values()) >= 2


def test_every_partner_office_has_an_office_of_its_own_and_nobody_else_has_one() -> None:
    desks = {key for key, one in PEOPLE.items() if any("partner-office" in roles for roles in one.roles.values())}
    assert (
        desks == {key for key, one in PEOPLE.items() if one.office is not None} == {"office-1", "office-2", "office-3"}
    )
    assert len({PEOPLE[key].office for key in desks}) == 3


def test_the_keys_the_documentation_uses_are_there() -> None:
    assert {"jurist", "counsellor-ar", "auditor", "coordinator", "scout", "dpo"} <= set(PEOPLE)


def test_what_a_token_says_of_them_holds_against_the_claim() -> None:
    for one in PEOPLE.values():
        Claim.model_validate(one.model_dump(exclude={"name"}))
