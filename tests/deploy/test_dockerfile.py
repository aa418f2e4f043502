"""An image holds one service and its libraries, runs as nobody, and needs nothing but its base and the lock."""

import re
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from libs.contracts.envelope import SERVICES
from tests.deploy.rendering import ROOT

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COPIED = {
    "packages": ["deploy/requirements.lock"],
    "libraries": ["/opt/lotse", "pyproject.toml", "libs/"],
    "dev-issuer": ["cli/__init__.py", "cli/local/__init__.py", "cli/local/devissuer.py", "cli/people.json"],
    "service": ["services/__init__.py", "services/${SERVICE}/"],
}
BASE = re.compile(r"[a-z]+:[0-9][a-z0-9.-]+")
MODULE = re.compile(r'"-m", "([a-z0-9_.]+)"')
Rule = Callable[[str], list[str]]


def instructions(text: str) -> list[tuple[str, str, str]]:
    """(stage, instruction, arguments), continuation lines joined."""
    made, stage = [], ""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        stage = rest.rpartition(" AS ")[2] if word == "FROM" else stage
        made.append((stage, word, rest))
    return made


def plain(text: str) -> list[str]:
    """Builds where nothing but the base image can be had: no front end to fetch, no heredoc, nothing downloaded."""
    faults = ["a syntax line"] if re.search(r"^# *syntax", text, re.MULTILINE) else []
    faults += [f"a heredoc: {rest}" for _, word, rest in instructions(text) if "<<" in rest and word in ("RUN", "COPY")]
    faults += [f"{word}: {rest}" for _, word, rest in instructions(text) if word == "ADD"]
    fetched = re.compile(r"\b(apt-get|curl|wget|git)\b")
    return faults + [
        f"fetches: {rest}" for _, word, rest in instructions(text) if word == "RUN" and fetched.search(rest)
    ]


def pinned(text: str) -> list[str]:
    """Bases by a tag of their own and without a host; packages by hash, as wheels, without a compiler."""
    stages = {stage for stage, _, _ in instructions(text)}
    bases = [rest.partition(" AS ")[0] for _, word, rest in instructions(text) if word == "FROM"]
    faults = [f"base {base}" for base in bases if base not in stages and not BASE.fullmatch(base)]
    for _, word, rest in instructions(text):
        if word == "RUN" and " install " in rest:
            faults += [
                f"no {flag}"
                for flag in ("--require-hashes", "--only-binary :all:", "--no-cache-dir")
                if flag not in rest
            ]
    return faults


def nobody(text: str) -> list[str]:
    """What runs is a user by number, who is not root."""
    last = {stage: rest for stage, word, rest in instructions(text) if word == "USER"}
    users = {stage: last.get(stage, last.get(_parent(text, stage), "0")) for stage in ("service", "dev-issuer")}
    return [f"{stage} as {user}" for stage, user in users.items() if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)]


def _parent(text: str, stage: str) -> str:
    return next(rest.partition(" AS ")[0] for of, word, rest in instructions(text) if (of, word) == (stage, "FROM"))


def copies(text: str) -> list[str]:
    """Each stage takes in what is listed for it."""
    found: dict[str, list[str]] = {}
    for stage, word, rest in instructions(text):
        if word == "COPY":
            found.setdefault(stage, []).extend(part for part in rest.split()[:-1] if not part.startswith("--"))
    return [f"{stage}: {taken}" for stage, taken in found.items() if taken != COPIED.get(stage)]


def starts(text: str) -> list[str]:
    """What is started exists, and every service can be named."""
    faults = [f"no module {module}" for module in MODULE.findall(text) if find_spec(module) is None]
    return faults if f"{'|'.join(SERVICES)})" in text else [*faults, "not every service can be built"]


PLANTED: list[tuple[Rule, str, str, str]] = [
    (plain, "FROM python", "# syntax=dockerfile:1\nFROM python", "a syntax line"),
    (plain, "RUN case", "RUN <<END\necho\nEND\nRUN case", "a heredoc"),
    (plain, "COPY libs/", "ADD libs/", "ADD: libs/ libs/"),
    (plain, "RUN python -m venv", "RUN apt-get install gcc && python -m venv", "fetches: apt-get"),
    (pinned, "FROM python:3.12-slim-bookworm", "FROM python", "base python"),
    (pinned, "FROM python:3.12-slim-bookworm", "FROM images.example.org/python:3.12", "base images.example.org"),
    (pinned, "--require-hashes ", "", "no --require-hashes"),
    (nobody, "USER 10001:10001\nENV", "ENV", "service as 0:0"),
    (nobody, "USER 10001:10001", "USER lotse", "service as lotse"),
    (copies, "services/${SERVICE}/", "services/", "service: ['services/__init__.py', 'services/']"),
    (
        copies,
        "COPY libs/ libs/",
        "COPY libs/ tests/ ./",
        "libraries: ['/opt/lotse', 'pyproject.toml', 'libs/', 'tests/']",
    ),
    (starts, "cli.local.devissuer", "cli.local.issuer", "no module cli.local.issuer"),
    (starts, "review|referral", "review", "not every service can be built"),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, *_ in PLANTED), ids=lambda rule: rule.__name__)
def test_the_dockerfile_keeps_the_rule(rule: Rule) -> None:
    assert rule(DOCKERFILE) == []


@pytest.mark.parametrize(("rule", "old", "new", "said"), PLANTED)
def test_what_breaks_the_rule_is_found(rule: Rule, old: str, new: str, said: str) -> None:
    assert old in DOCKERFILE
    assert said in "\n".join(rule(DOCKERFILE.replace(old, new)))


def test_nothing_enters_a_build_that_was_not_let_in() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    wanted = {source.rstrip("/") for sources in COPIED.values() for source in sources if not source.startswith("/")}
    assert {one.partition("/")[0] if one.startswith("services") else one for one in wanted} == let_in
