"""Writes what is made from the contracts, or (`--check`) says what of it is out of date.

    python -m libs.contracts.generate                 write schemas, new samples, docs/asyncapi.json and docs/events.md
    python -m libs.contracts.generate --check         write nothing; exit 1 and say what differs
    python -m libs.contracts.generate --new-samples   also replace samples and incompatible schemas; only for types of
                                                      which no event was ever stored

A schema that no longer goes with the committed one is not overwritten: that change is a new major.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from libs.contracts import asyncapi, eventdocs, samples
from libs.contracts.compatibility import breaks
from libs.contracts.envelope import FACTS, Fact
from libs.contracts.jsonschemas import event_schema
from libs.contracts.registry import all_facts

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS, SAMPLES = Path("libs/contracts/schemas"), Path("libs/contracts/samples")


def as_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def incompatible(root: Path) -> list[str]:
    """Committed schemas that today's classes break, in words; a type that is gone breaks every reader."""
    found = []
    for path in sorted((root / SCHEMAS).glob("*.json")):
        cls = FACTS.get(path.stem)
        if cls is None:
            found.append(f"{path.stem}: the type is gone; the log still holds it")
            continue
        old = json.loads(path.read_text())
        found += [f"{path.stem} {words}" for words in breaks(old, event_schema(cls))]
    return found


def missing_samples(cls: type[Fact], folder: Path) -> dict[str, str]:
    """Samples to add, by file name: the first two of a new type, or a further full one when the type has grown."""
    kept = sorted(folder.glob("*.json"))
    full = samples.sample(cls, full=True).decode()
    if not kept:
        return {"minimal.json": f"{samples.sample(cls, full=False).decode()}\n", "full.json": f"{full}\n"}
    shapes = [samples.shape(json.loads(path.read_text())["data"]) for path in kept]
    if any(samples.shape(json.loads(full)["data"]) <= shape for shape in shapes):
        return {}
    return {f"full-{len(kept)}.json": f"{full}\n"}


def wanted(root: Path, new_samples: bool = False) -> dict[Path, str]:
    """Every generated file with its content; samples that are there already are none of them."""
    files = {Path("docs/asyncapi.json"): as_text(asyncapi.document()), Path("docs/events.md"): eventdocs.page()}
    for cls in all_facts():
        files[SCHEMAS / f"{cls.type}.json"] = as_text(event_schema(cls))
        folder = SAMPLES / cls.type
        fresh = missing_samples(cls, Path("/nonexistent") if new_samples else root / folder)
        files |= {folder / name: content for name, content in fresh.items()}
    return files


def differences(root: Path) -> list[str]:
    """What committed differs from what the contracts say, in words."""
    found = incompatible(root)
    for path, content in wanted(root).items():
        if not (root / path).exists():
            found.append(f"{path}: missing")
        elif (root / path).read_text() != content:
            found.append(f"{path}: out of date")
    return found


def write(root: Path, new_samples: bool = False) -> list[str]:
    """Bring the tree up to date; returns what was written. Raises `ValueError` when a schema changed incompatibly."""
    if not new_samples and (broken := incompatible(root)):
        raise ValueError("\n".join([*broken, "These changes need a new major beside the old one."]))
    if new_samples:
        _clear(root)
    written = []
    for path, content in wanted(root, new_samples).items():
        target = root / path
        if not target.exists() or target.read_text() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
            written.append(str(path))
    return written


def _clear(root: Path) -> None:
    """Remove schemas and samples whose content is to be replaced, with those of types that are gone."""
    fresh = wanted(root, new_samples=True)
    for path in [*(root / SCHEMAS).glob("*.json"), *(root / SAMPLES).glob("*/*.json")]:
        if fresh.get(path.relative_to(root)) != path.read_text():
            path.unlink()


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m libs.contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when something differs")
    parser.add_argument("--new-samples", action="store_true", help="replace samples and schemas of unreleased types")
    options = parser.parse_args(arguments)
    if options.check:
        found = differences(root)
        print("\n".join([*found, "Run `python -m libs.contracts.generate`."]) if found else "Contracts are up to date.")
        return 1 if found else 0
    try:
        written = write(root, options.new_samples)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"wrote {path}" for path in written) or "Contracts are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
