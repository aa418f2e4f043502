"""Everything schemathesis makes of the four OpenAPI documents is answered as they say, and nothing with a 5xx.

`--hypothesis-seed=N` repeats a run; `LOTSE_FAULTS=long` asks twenty times as much.
"""

import os
import random

import pytest

from tests.hostile.conftest import Hosts
from tests.hostile.generated import Aim, tried
from tests.rights.table import Row, every_row
from tests.rights.world import CASES

pytestmark = pytest.mark.long
EXAMPLES = 400 if os.environ.get("LOTSE_FAULTS") == "long" else 20
OPERATIONS = [(service, row) for service, row in every_row() if row.operation in CASES[service]]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("hypothesis_seed", None)
    chosen = random.randrange(10**9) if given is None else int(given)
    print(f"--hypothesis-seed={chosen}")
    return chosen


@pytest.mark.parametrize(("service", "row"), [pytest.param(*one, id=one[1].operation) for one in OPERATIONS])
def test_an_operation_answers_whatever_is_made_of_its_document(hosts: Hosts, service: str, row: Row, seed: int) -> None:
    aim = Aim(hosts(service), row)
    tried(aim, seed, EXAMPLES)
    assert aim.done, f"nothing of it was ever done: {dict(aim.seen)}"
