"""One row of the table tried in full: everybody who may not, in every combination, and everybody who may.

The same request is refused to all the others first, leaves everything as it was, and is then done for the one it was
made for: so what refused it was the lack of a right, and nothing else.
"""

from collections.abc import Iterator
from itertools import cycle

import httpx

from libs.contracts.roles import Role
from tests.rights.asking import Ask
from tests.rights.table import Row
from tests.rights.world import SignIn, World
from tests.services.probe import Person

MISSING = "403 role_missing"
DONE = "done"
OFFICE, UNHEARD_OF = "partner-office", "superuser"
GUESSING = "/codes/"


async def deviations(world: World, row: Row) -> list[str]:
    """Everything in which the service differs from one row, in words."""
    if row.may is None:
        return await _not_open(world, row)
    first, *others = sorted(row.may)
    by = await world.who_may(first)
    ask = await world.case(row.operation, by)
    before = await world.everything()
    found = await _nameless(world, row, ask) + await _let_in(world, row, ask) + await _told_apart(world, row, ask)
    after = await world.everything()
    found += [f"{table} was changed by who may not" for table in before if before[table] != after[table]]
    found += await _not_done(world, row, ask, by)
    for role in others:
        by = await world.who_may(role)
        found += await _not_done(world, row, await world.case(row.operation, by), by)
    return found


def sign_ins(world: World, row: Row) -> Iterator[SignIn]:
    """Each role in either programme, and each that may not together with one that may elsewhere, in turn; everything
    with each office."""
    assert row.may is not None
    others = [role for role in Role if role not in row.may]
    for office in world.offices:
        yield SignIn(office=office)
        for role in (*Role, UNHEARD_OF):
            yield SignIn((role,), (), office)
            yield SignIn((), (role,), office)
        for role, may in zip(others, cycle(sorted(row.may)), strict=False):
            yield SignIn((role,), (may,), office)


def expected(world: World, row: Row, by: SignIn) -> str:
    """What the table says somebody gets: `done`, a refusal as "status code", `nothing` or `seen`."""
    assert row.may is not None and row.foreign is not None
    rights_here, rights = row.may & set(by.here), row.may & {*by.here, *by.elsewhere}
    if not rights:
        return MISSING
    # Who is there for an office only is asked for her office, whatever the programme.
    if rights == {OFFICE} and by.office != world.office:
        wrong = row.other_office if by.office else row.no_office
        assert wrong is not None, f"{row.operation} does not say what another office gets"
        return wrong
    return DONE if rights_here else row.foreign


async def _let_in(world: World, row: Row, ask: Ask) -> list[str]:
    """Who gets something else than the table says, of those for whom it is not to be done."""
    found = []
    for by in sign_ins(world, row):
        wanted = expected(world, row, by)
        if wanted == DONE:
            continue
        _be_patient(world, row)
        reply = await world.ask(row.operation, ask, world.somebody(by))
        if not _is(wanted, reply, ask):
            found.append(f"{_words(world, by)}: {wanted} expected, {_said(reply)}")
    return found


async def _nameless(world: World, row: Row, ask: Ask) -> list[str]:
    """Whoever does not sign in, or asks with HEAD what she may not GET."""
    tried: list[tuple[str, int, Person | str | None]] = [(row.operation, 401, None), (row.operation, 401, "Bearer a.b")]
    if row.method == "GET":
        head = f"HEAD {row.path}"
        tried += [(head, 401, None), (head, 403, world.somebody(SignIn()))]
    replies = [(asked, status, await world.ask(asked, ask, who)) for asked, status, who in tried]
    return [
        f"{asked.split(' ')[0]} without a right: {status} expected, {_said(reply)}"
        for asked, status, reply in replies
        if reply.status_code != status
    ]


async def _told_apart(world: World, row: Row, ask: Ask) -> list[str]:
    """A stranger must not learn that something is there: it looks the same as something that is not."""
    assert row.may is not None
    if not ask.about or row.foreign == "seen":
        return []
    found = []
    for role in sorted(row.may):
        stranger = world.somebody(SignIn((), (role,), world.office))
        there, nowhere = [await world.ask(row.operation, one, stranger) for one in (ask, ask.of_nothing())]
        if _shape(there) != _shape(nowhere):
            found.append(f"{role} elsewhere tells it from nothing: {_said(there)}, {_said(nowhere)}")
    return found


async def _not_done(world: World, row: Row, ask: Ask, by: Person) -> list[str]:
    reply = await world.ask(row.operation, ask, by)
    found = [f"{_roles(by)} is shown: {words}" for words in world.shows(reply.text, row.touches)]
    if reply.status_code < 300 and all(trace in reply.text for trace in ask.traces):
        return found
    return [*found, f"{_roles(by)} here: done expected, {_said(reply)}"]


async def _not_open(world: World, row: Row) -> list[str]:
    """What is public does the same for everybody: without a sign-in, with one that does not hold, with any role."""
    anybody = [world.somebody(SignIn((role,), (), world.office)) for role in Role]
    found = []
    for who in (None, "Bearer a.b", world.somebody(SignIn()), *anybody):
        reply = await world.ask(row.operation, await world.case(row.operation, world.somebody(SignIn())), who)
        found += [f"anybody is shown: {words}" for words in world.shows(reply.text, row.touches)]
        # A service that is not ready says so, to everybody.
        if reply.status_code not in (200, 201) and row.path != "/readyz":
            found.append(f"{_roles(who) if isinstance(who, Person) else who}: done expected, {_said(reply)}")
    return found


def _is(wanted: str, reply: httpx.Response, ask: Ask) -> bool:
    if wanted in ("nothing", "seen"):
        present = [trace in reply.text for trace in ask.traces]
        return reply.status_code == 200 and (all(present) if wanted == "seen" else not any(present))
    status, code = wanted.split(" ")
    return reply.status_code == int(status) and reply.json()["code"] == code


def _be_patient(world: World, row: Row) -> None:
    # Whoever tries wrong codes is soon not looked at for a minute, right or wrong: that is tried elsewhere.
    if GUESSING in row.path:
        world.probe.clock.advance(seconds=7)


def _shape(reply: httpx.Response) -> tuple[int, str, str]:
    said = reply.json()
    return reply.status_code, str(said.get("code")), str(said.get("detail"))


def _said(reply: httpx.Response) -> str:
    code = reply.json().get("code") if reply.status_code >= 400 and reply.content else ""
    return f"{reply.status_code} {code} given" if code else f"{reply.status_code} given"


def _roles(person: Person) -> str:
    return ", ".join(role for roles in person.claim.roles.values() for role in roles) or "somebody without a role"


def _words(world: World, by: SignIn) -> str:
    named = "" if by.office is None else ", of the office" if by.office == world.office else ", of another office"
    return f"{' '.join(by.here) or 'nothing'} here, {' '.join(by.elsewhere) or 'nothing'} elsewhere{named}"
