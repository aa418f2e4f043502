"""`docs/events.md`: everything that can be said, for people.

Made from the registry; the words that no class holds are in `eventdocs_words.py`.
"""

import json
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from libs.contracts import codes, samples, topics, types
from libs.contracts.counting import Counted
from libs.contracts.envelope import SERVICES, Envelope, Fact
from libs.contracts.eventdocs_words import ATTRIBUTES, CLOSING, OPENING, TEXTS
from libs.contracts.intake import QuestionCaptured
from libs.contracts.registry import all_facts, facts_of

# The named types of `types.py`, so that a field can be told by name rather than by pattern.
NAMED = {repr(value): name for name, value in vars(types).items() if get_origin(value) is Annotated}


def page() -> str:
    """The whole page, ending in a newline."""
    example = json.dumps(json.loads(samples.sample(QuestionCaptured, full=True)), indent=2, ensure_ascii=False)
    parts = [OPENING, f"```json\n{example}\n```", _attributes(), TEXTS]
    parts += [_service(service) for service in SERVICES]
    parts += [_nested(), _vocabularies(), CLOSING]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _attributes() -> str:
    rows = [f"| `{name}` | {ATTRIBUTES[name]} |" for name in Envelope.model_fields]
    return "\n".join(["| attribute | says |", "|---|---|", *rows])


def _service(service: str) -> str:
    head = "| fact | when | fields | readers | text beside it | counted |\n|---|---|---|---|---|---|"
    rows = [_row(cls) for cls in facts_of(service)]
    return f"## What {service} says\n\nStream `EV_{service.upper()}`.\n\n{head}\n" + "\n".join(rows)


def _row(cls: type[Fact]) -> str:
    name = f"**{cls.__name__}**<br>`{cls.subject}`"
    readers = ", ".join(sorted(cls.readers))
    text = f"`{cls.forgettable.__name__}`: {', '.join(cls.forgettable.model_fields)}" if cls.forgettable else "–"
    when = (cls.__doc__ or "").replace("\n", " ").strip()
    if cls.forgets:
        when += " **Forgets** every text that concerns the question."
    return f"| {name} | {when} | {_fields(cls)} | {readers} | {text} | {_counted(cls)} |"


def _fields(cls: type[BaseModel]) -> str:
    hints = get_type_hints(cls, include_extras=True)
    own = [name for name in cls.model_fields if name not in Counted.model_fields or not issubclass(cls, Counted)]
    return "<br>".join(f"`{name}` {_words(hints[name])}" for name in own) or "–"


def _counted(cls: type[Fact]) -> str:
    """A counted fact brings the four codes of every count; closed codes of its own are further ways to cut it."""
    if not issubclass(cls, Counted):
        return "–"
    hints = get_type_hints(cls, include_extras=True)
    own = [name for name in cls.model_fields if name not in Counted.model_fields and _cuts(name, hints[name])]
    return "".join(["yes", *(f" × `{name}`" for name in own)])


def _cuts(name: str, hint: Any) -> bool:
    """Whether a field is a further way to cut a count; what was there before only says where a count moves from."""
    if name.endswith("_before"):
        return False
    return hint in (types.Hours, types.LanguageTag) or (isinstance(hint, type) and issubclass(hint, StrEnum))


def _words(hint: Any) -> str:
    """A type, said briefly: the name of its vocabulary, or what it counts."""
    if repr(hint) in NAMED:
        return NAMED[repr(hint)]
    if get_origin(hint) is tuple:
        return f"list of {_words(get_args(hint)[0])}"
    if get_origin(hint) in (Union, UnionType):
        return " or ".join("nothing" if part is type(None) else _words(part) for part in get_args(hint))
    return {UUID: "id", bool: "yes or no"}.get(hint) or str(hint.__name__)


def _nested() -> str:
    """The models inside facts, each with its fields."""
    found: dict[str, type[BaseModel]] = {}
    for cls in all_facts():
        for hint in get_type_hints(cls).values():
            if isinstance(hint, type) and issubclass(hint, BaseModel):
                found[hint.__name__] = hint
    parts = [f"### {name}\n\n{model.__doc__}\n\n{_fields(model)}" for name, model in sorted(found.items())]
    return "## Inside the facts\n\n" + "\n\n".join(parts)


def _vocabularies() -> str:
    known = [value for value in vars(codes).values() if isinstance(value, type) and issubclass(value, StrEnum)]
    rows = [f"| {cls.__name__} | {', '.join(f'`{code}`' for code in cls)} |" for cls in known if cls is not StrEnum]
    rows.append(f"| FactTopic | {', '.join(f'`{code}`' for code in sorted(topics.FACT_TOPICS))} |")
    return "\n".join(["## The closed vocabularies", "", "| vocabulary | codes |", "|---|---|", *rows])
