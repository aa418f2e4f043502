"""What schemathesis makes of one operation's document, aimed at something real.

It knows forms and no ids: left alone, nearly all it asks is refused at the door. So what it made well-formed is pointed
at an object made for it, by somebody who may, with the version as it stands; what it made wrong stays as it is.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import schemathesis
from schemathesis import Case
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.pytest._test_builder import build_operation_test

from libs.kit.ids import new_id
from tests.hostile.host import Host
from tests.rights.asking import Ask
from tests.rights.matrix import GUESSING
from tests.rights.table import Row
from tests.services.probe import Person

Asked = Case[Any]
# What the form of a request is refused for. The document promises the form, so a request of that form is never refused
# with one of these.
FORMS = frozenset(
    {
        "malformed_request",
        "malformed_json",
        "duplicate_member",
        "body_unexpected",
        "malformed_query",
        "unknown_parameter",
        "repeated_parameter",
        "idempotency_key_missing",
        "idempotency_key_malformed",
        "if_match_malformed",
        "if_match_missing",
        "unsupported_media_type",
        "method_not_allowed",
        "required",
        "unknown_member",
        "unknown_code",
        "wrong_type",
        "malformed",
        "too_long",
        "too_short",
        "not_accepted",
    }
)
# Members that name something: each is worth nothing unless it is there; a moment that must be to come; a whole file.
NAMING = frozenset(
    {"code", "programme", "listed_by", "core_version", "variant_version", "submission", "spaces", "at", "content"}
)
# Nobody who makes them up hits one that this service made.
MADE_HERE = frozenset({"cursor", "after"})
# A request of the right form may still be refused for what it means; `form_is_kept` looks at what it was refused for.
CHECKS = {
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "3xx", 400, 401, 403, 404, 409, 410, 412, 422, 429],
    },
    "negative_data_rejection": {
        "expected-statuses": [400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 422, 428, 429],
    },
    "missing_required_header": {"expected-statuses": [400, 401, 428]},
}


@dataclass
class Aim:
    """One operation of a service, and what is asked of it now. `seen` counts the statuses of its replies."""

    host: Host
    row: Row
    seen: Counter[int] = field(default_factory=Counter)
    _by: Person | None = None
    _ask: Ask | None = None

    def current(self) -> Ask:
        """What is asked now; made anew once it is used up."""
        if self._ask is None:
            self._by, self._ask = self.host.run(self._fresh)
        return self._ask

    def take(self, case: Asked) -> None:
        """Point a case at what is there."""
        if GUESSING in self.row.path:
            # Whoever tries wrong codes is soon not looked at for a minute, right or wrong.
            self.host.world.probe.clock.advance(seconds=7)
        ask = self.current()
        if not wrong(case, ParameterLocation.HEADER, "Idempotency-Key") and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:150]}{new_id()}"
        if not wrong(case, ParameterLocation.HEADER, "If-Match") and "If-Match" in case.headers:
            case.headers["If-Match"] = f'"{ask.version or 0}"'
        if not wrong(case, ParameterLocation.PATH):
            case.path_parameters = {name: ask.path.get(name, value) for name, value in case.path_parameters.items()}
        if not wrong(case, ParameterLocation.QUERY) and isinstance(case.query, dict):
            kept = {name: value for name, value in case.query.items() if name not in MADE_HERE}
            case.query = kept | {name: value for name, value in ask.query.items() if name in NAMING}
        if not wrong(case, ParameterLocation.BODY) and isinstance(case.body, dict) and ask.body:
            named = {name: value for name, value in ask.body.items() if name in NAMING or _is_id(value)}
            case.body = case.body | named

    def saw(self, case: Asked, response: Response) -> None:
        if case.method == self.row.method:
            self.seen[response.status_code] += 1
            if response.status_code < 300 and case.method != "GET":
                self._ask = None

    @property
    def done(self) -> int:
        """How often it was really done."""
        return sum(many for status, many in self.seen.items() if status < 300)

    def token(self) -> str:
        self.current()
        assert self._by is not None
        return self.host.world.probe.token(self._by)

    async def _fresh(self) -> tuple[Person, Ask]:
        by = await self.host.world.who_may(min(self.row.may or {"counsellor"}))
        return by, await self.host.world.case(self.row.operation, by)


def wrong(case: Asked, where: ParameterLocation, name: str | None = None) -> bool:
    """Whether the case is wrong there on purpose."""
    assert case.meta is not None
    about = case.meta.phase.data
    if isinstance(about, CoveragePhaseData) and about.parameter_location is not None:
        return about.parameter_location is where and name in (None, about.parameter) and case.meta.is_negative_at(where)
    return case.meta.is_negative_at(where)


def _is_id(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


class RefusedForItsForm(Failure):
    """A request of the promised form was refused for its form."""


def form_is_kept(ctx: CheckContext, response: Response, case: Asked) -> None:
    """The document and the service mean the same form."""
    assert case.meta is not None
    if case.meta.generation.mode.is_negative or response.status_code not in (400, 415, 422, 428):
        return
    said = response.json()
    # JSON Schema takes 3.0 for a whole number; the service takes what is written as one.
    excused = {"wrong_type"} if _has_fraction(case.body) else set()
    found = sorted(({said["code"], *(fault["code"] for fault in said["errors"])} & FORMS) - excused)
    if found:
        words = f"The document allows what is refused: {', '.join(found)} {said['errors']}"
        raise RefusedForItsForm(operation=case.operation.label, message=words)


def _has_fraction(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_fraction, value.values()))
    return any(map(_has_fraction, value)) if isinstance(value, list) else isinstance(value, float)


class CameBack(Failure):
    """Something that was sent came back with a refusal."""


def nothing_comes_back(ctx: CheckContext, response: Response, case: Asked) -> None:
    """A refusal holds nothing of what was sent but names that the document itself knows."""
    if response.status_code < 400:
        return
    said = response.json()
    # Codes are our own words, and schemathesis learns them.
    told = [str(said.get("detail"))]
    told += [fault[part] for fault in said.get("errors", ()) for part in ("pointer", "message")]
    shown = " ".join([*told, *(value for values in response.headers.values() for value in values)])
    known = json.dumps(case.operation.schema.raw_schema)
    sent = [case.path_parameters, case.query, dict(case.headers), case.body]
    found = [text for text in _texts(sent) if len(text) >= 6 and text in shown and text not in known]
    if found:
        raise CameBack(operation=case.operation.label, message=f"It came back: {found}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from (str(name), *_texts(member))
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


def tried(aim: Aim, seed: int, examples: int) -> None:
    """All checks of schemathesis and two of ours, on everything it makes of one operation. Raises what they find."""
    host, row = aim.host, aim.row
    config = SchemathesisConfig.from_dict({"seed": seed, "generation": {"max-examples": examples}, "checks": CHECKS})
    address = f"{host.url}/{host.world.probe.name}/v1/openapi.json"
    document = schemathesis.openapi.from_url(address, config=config)
    if row.may is not None:
        document.auth(refresh_interval=None)(_signing(aim))

    def one(case: Asked) -> None:
        aim.take(case)
        response = case.call()
        aim.saw(case, response)
        case.validate_response(response, additional_checks=[form_is_kept, nothing_comes_back])

    build_operation_test(
        config=document.config,
        operation=document[row.path][row.method],
        test_func=one,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()


def _signing(aim: Aim) -> type:
    class Signed:
        """Signs a case in, as schemathesis knows it: what it sends unsigned on purpose stays unsigned."""

        def get(self, case: Asked, context: Any) -> str:
            return aim.token()

        def set(self, case: Asked, data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return Signed
