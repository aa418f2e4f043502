"""Runs import-linter in the current directory, once for each planted line; a child process of test_imports.py.

Standard input: a JSON list of {"file", "line"}, an empty file meaning the tree as it is. Standard output: a JSON list,
for each of them the names of the contracts that broke. A process of its own, because the tree it looks at is not the
one the tests run from.
"""

import json
import sys
from pathlib import Path

from importlinter import configuration
from importlinter.application import output, use_cases

configuration.configure()


def broken() -> list[str]:
    options = use_cases.read_user_options(None)
    use_cases._register_contract_types(options)
    report = use_cases.create_report(options, cache_dir=None)
    return [contract.name for contract, check in report.get_contracts_and_checks() if not check.kept]


def with_planted(file: str, line: str) -> list[str]:
    path = Path(file)
    before = path.read_text()
    path.write_text(f"{before}{line}\n")
    try:
        return broken()
    finally:
        path.write_text(before)


if __name__ == "__main__":
    output.console.quiet = True
    plants = json.load(sys.stdin)
    json.dump([with_planted(**plant) if plant["file"] else broken() for plant in plants], sys.stdout)
