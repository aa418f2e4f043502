"""Who may import whom: `.importlinter` holds on the tree, covers every folder, and fails on each planted violation."""

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("api", "subscribers", "commands", "queries", "tables", "domain")


class Plant(NamedTuple):
    """A line that must break a contract, named by its section in `.importlinter`."""

    contract: str
    file: str
    line: str


REVIEW = "services/review/submissions"
PLANTS = [
    Plant("services", "services/intake/app.py", "import services.review.app"),
    Plant("services", f"{REVIEW}/commands.py", "from services.intake.questions import queries"),
    Plant("levels", "libs/kit/errors.py", "import services.intake.app"),
    Plant("levels", "libs/contracts/codes.py", "import libs.kit.errors"),
    Plant("levels", "services/intake/app.py", "import cli.main"),
    Plant("levels", "libs/kit/errors.py", "import libs.edge.http"),
    Plant("quiet", "libs/kit/errors.py", "import fastapi"),
    Plant("quiet", "libs/kit/errors.py", "import uvicorn"),
    Plant("text", "libs/text/folding.py", "import libs.kit.errors"),
    Plant("text", "libs/text/folding.py", "import services.intake.app"),
    *(
        Plant("pure", f"{REVIEW}/domain.py", f"import {name}")
        for name in ("sqlalchemy", "fastapi", "faststream", "nats")
    ),
    *(
        Plant("pure", "libs/contracts/codes.py", f"import {name}")
        for name in ("sqlalchemy", "fastapi", "faststream", "nats")
    ),
    Plant("pure", f"{REVIEW}/domain.py", "import libs.kit.database"),
    *(Plant("tables", f"{REVIEW}/{name}.py", "from services.review.submissions import tables") for name in LAYERS[:3]),
    Plant("tables", "services/review/app.py", "import services.review.submissions.tables"),
    Plant("layers", f"{REVIEW}/commands.py", "from services.review.submissions import api"),
    Plant("layers", f"{REVIEW}/commands.py", "from services.review.submissions import subscribers"),
    Plant("layers", f"{REVIEW}/api.py", "from services.review.submissions import subscribers"),
    Plant("layers", f"{REVIEW}/queries.py", "from services.review.submissions import commands"),
    Plant("layers", f"{REVIEW}/domain.py", "from services.review.submissions import tables"),
    Plant("layers", f"{REVIEW}/tables.py", "from services.review.submissions import queries"),
    Plant("intake", "services/intake/programmes/queries.py", "from services.intake.questions import queries"),
    Plant("intake", "services/intake/questions/commands.py", "from services.intake.postings import queries"),
    Plant("review", "services/review/supervision/commands.py", "from services.review.submissions import commands"),
    Plant("review", f"{REVIEW}/commands.py", "from services.review.incidents import commands"),
    Plant("referral", "services/referral/directory/commands.py", "from services.referral.referrals import queries"),
    Plant("referral", "services/referral/referrals/commands.py", "from services.referral.codes import queries"),
    Plant("reporting", "services/reporting/history/queries.py", "from services.reporting.figures import queries"),
]


def rules(root: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(root / ".importlinter")
    return parser


def name_of(contract: str) -> str:
    return rules(ROOT)[f"importlinter:contract:{contract}"]["name"]


def listed(service: str, root: Path) -> set[str]:
    """The capabilities of a service whose direction is fixed."""
    section = f"importlinter:contract:{service}"
    text = rules(root)[section]["layers"] if rules(root).has_section(section) else ""
    return {word.strip("()") for word in text.replace("|", " ").split()}


def uncovered(root: Path) -> list[str]:
    """Capabilities whose direction nobody has fixed."""
    found = [path for path in (root / "services").glob("*/*/") if path.name not in ("migrations", "__pycache__")]
    found = [path for path in found if path.is_dir() and path.parent.name != "__pycache__"]
    return [
        f"{path.parent.name}.{path.name}" for path in sorted(found) if path.name not in listed(path.parent.name, root)
    ]


def skeleton(root: Path) -> None:
    """An empty project of our shape: the services and capabilities that `.importlinter` names, with all their files."""
    shutil.copy(ROOT / ".importlinter", root)
    files = [
        "cli/main.py",
        "libs/edge/http.py",
        "libs/restoring/agreement.py",
        "libs/kit/errors.py",
        "libs/kit/database.py",
        "libs/contracts/codes.py",
        "libs/text/folding.py",
    ]
    for service in ("intake", "review", "referral", "reporting"):
        files += [f"services/{service}/app.py", f"services/{service}/migrations/env.py"]
        files += [f"services/{service}/{folder}/{name}.py" for folder in listed(service, ROOT) for name in LAYERS]
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        for package in list(path.relative_to(root).parents)[:-1]:
            (root / package / "__init__.py").touch()
    (root / "libs/kit/database.py").write_text("import asyncpg\n")
    (root / "services/review/migrations/env.py").write_text("from services.review.submissions import tables\n")
    (root / "services/review/submissions/queries.py").write_text("from services.review.submissions import tables\n")


def broken(root: Path, plants: list[Plant]) -> list[list[str]]:
    """For each planted line the names of the contracts that broke."""
    asked = [{"file": plant.file, "line": plant.line} for plant in plants]
    script = Path(__file__).with_name("lint.py")
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(script)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=root,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


NOTHING = Plant("", "", "")


def test_the_tree_keeps_every_contract() -> None:
    assert broken(ROOT, [NOTHING]) == [[]]


def test_a_planted_import_breaks_its_contract(tmp_path: Path) -> None:
    skeleton(tmp_path)
    clean, *planted = broken(tmp_path, [NOTHING, *PLANTS])
    assert clean == []
    assert [plant for plant, names in zip(PLANTS, planted, strict=True) if name_of(plant.contract) not in names] == []


def test_every_contract_has_been_seen_to_fail() -> None:
    sections = {name.rsplit(":", 1)[1] for name in rules(ROOT).sections() if name.startswith("importlinter:contract:")}
    assert {plant.contract for plant in PLANTS} == sections


def test_the_direction_between_all_capabilities_is_fixed() -> None:
    assert uncovered(ROOT) == []


def test_a_capability_without_a_direction_is_found(tmp_path: Path) -> None:
    skeleton(tmp_path)
    assert uncovered(tmp_path) == []
    (tmp_path / "services/intake/weather").mkdir()
    assert uncovered(tmp_path) == ["intake.weather"]


@pytest.mark.parametrize("folder", ["libs", "cli", "services"])
def test_every_root_package_is_looked_at(folder: str) -> None:
    assert folder in rules(ROOT)["importlinter"]["root_packages"].split()
