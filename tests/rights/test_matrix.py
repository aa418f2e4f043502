"""Every operation × every role × own and foreign programme × own and foreign office, on the real services."""

import pytest

from tests.rights.conftest import Worlds
from tests.rights.matrix import deviations
from tests.rights.table import Row, every_row

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("service", "row"), [pytest.param(*one, id=f"{one[0]}-{one[1].operation}") for one in every_row()]
)
async def test_it_is_done_for_who_may_and_for_nobody_else(worlds: Worlds, service: str, row: Row) -> None:
    assert await deviations(await worlds(service), row) == []
