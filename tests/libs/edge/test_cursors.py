"""A list goes on where it stopped, and a cursor is good only for the list it was made for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.edge.cursors import Paged, Paging
from libs.kit.errors import Invalid
from tests.libs.edge.sample_app import SECRET, Sample

ROW = (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), UUID(int=7))
Place = tuple[datetime, UUID]


class Filtered(Paged):
    colour: str | None = None


def paging(query: Paged | None = None, key: bytes = SECRET, route: str = "/a", sort: str = "due") -> Paging[Place]:
    return Paging(key, route, query or Filtered(limit=2), sort, Place)  # type: ignore[arg-type]


def cursor(query: Paged | None = None) -> str:
    _, page = paging(query).page([ROW, ROW, ROW], lambda row: row, 3)
    assert page.next is not None
    return page.next


def test_a_cursor_brings_back_the_place_in_its_own_types() -> None:
    assert paging(Filtered(cursor=cursor())).after == ROW


def test_the_last_page_has_no_next() -> None:
    rows, page = paging().page([ROW, ROW], lambda row: row, 2)
    assert (len(rows), page.next, page.total, page.total_relation) == (2, None, 2, "exact")


def test_an_empty_list_is_a_list() -> None:
    nothing: list[Place] = []
    rows, page = paging().page(nothing, lambda row: row, 0)
    assert (rows, page.next, page.total) == ([], None, 0)


@pytest.mark.parametrize(("counted", "total", "relation"), [(10_000, 10_000, "exact"), (10_001, 10_000, "at_least")])
def test_a_total_is_exact_to_ten_thousand(counted: int, total: int, relation: str) -> None:
    _, page = paging().page([], lambda row: row, counted)
    assert (page.total, page.total_relation) == (total, relation)


def test_the_page_size_may_change_on_the_way() -> None:
    assert paging(Filtered(cursor=cursor(), limit=200)).after == ROW


OTHERS: list[dict[str, Any]] = [{"sort": "age"}, {"route": "/b"}, {"key": b"t" * 32}, {"colour": "red"}]


@pytest.mark.parametrize("other", OTHERS, ids=str)
def test_a_cursor_of_another_filter_sort_route_or_key_is_refused(other: dict[str, Any]) -> None:
    made = {name: value for name, value in other.items() if name != "colour"}
    with pytest.raises(Invalid) as refused:
        paging(Filtered(cursor=cursor(), colour=other.get("colour")), **made)
    assert refused.value.code == "cursor_mismatch"


def test_a_place_cannot_be_forged() -> None:
    raw = bytearray(urlsafe_b64decode(cursor() + "=="))
    for position in range(len(raw)):
        forged = bytes(raw[:position]) + bytes([raw[position] ^ 1]) + bytes(raw[position + 1 :])
        with pytest.raises(Invalid):
            paging(Filtered(cursor=urlsafe_b64encode(forged).decode().rstrip("=")))


def test_a_cursor_for_another_kind_of_place_is_refused() -> None:
    made = Paging(SECRET, "/a", Filtered(limit=1), "due", tuple[str]).page(["a", "b"], lambda row: (row,), 2)[1].next
    with pytest.raises(Invalid):
        paging(Filtered(cursor=made))


@given(st.from_regex(r"^[A-Za-z0-9_-]{0,60}={0,3}$", fullmatch=True))
def test_no_cursor_breaks_the_edge(made: str) -> None:
    with pytest.raises(Invalid):
        paging(Filtered.model_construct(limit=2, cursor=made))


async def test_walking_a_list_shows_every_row_once(sample: Sample) -> None:
    seen: list[str] = []
    following: str | None = None
    for _ in range(10):
        query = {"limit": "33", **({"cursor": following} if following else {})}
        answer = (await sample.client.get("/intake/v1/things", params=query, headers=sample.signed_in())).json()
        seen += [item["id"] for item in answer["items"]]
        assert answer["page"]["total"] == 120
        following = answer["page"]["next"]
        if following is None:
            break
    assert len(seen) == len(set(seen)) == 120


async def test_a_cursor_of_another_filter_is_a_400(sample: Sample) -> None:
    first = (await sample.client.get("/intake/v1/things", headers=sample.signed_in())).json()["page"]["next"]
    query = {"cursor": first, "colour": "red"}
    answer = await sample.client.get("/intake/v1/things", params=query, headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_mismatch")
