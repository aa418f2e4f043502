"""Each fault in a body points at its place, in our words, and all are told at once."""

from typing import Any

import pytest

from tests.libs.edge.sample_app import Sample
from tests.libs.edge.test_requests import CANARY, faults_of, send


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("/title", "required")),
        ({"title": 5}, ("/title", "wrong_type")),
        ({"title": ""}, ("/title", "too_short")),
        ({"title": "  "}, ("/title", "blank")),
        ({"title": "a" * 201}, ("/title", "too_long")),
        ({"title": "a", "text": "a" * 20_001}, ("/text", "too_long")),
        ({"title": "a", "link": "javascript:alert(1)"}, ("/link", "malformed")),
        ({"title": "a", "link": "https://user:secret@example.org"}, ("/link", "not_a_link")),
        ({"title": "a", "link": "https://[::1"}, ("/link", "not_a_link")),
        ({"title": "a", "colour": "green"}, ("/colour", "unknown_code")),
        ({"title": "a", "at": "2026-11-23T09:30:00"}, ("/at", "malformed")),
        ({"title": "a", "at": "1763900000"}, ("/at", "malformed")),
        ({"title": "a", "at": 1763900000}, ("/at", "malformed")),
        ({"title": "a", "at": "9999-12-31T23:59:59-14:00"}, ("/at", "out_of_range")),
        ({"title": "a", "owner": "x"}, ("/owner", "malformed")),
        ({"title": "a", "shape": {"kind": "flat"}}, ("/shape", "unknown_code")),
        ({"title": "a", "shape": {}}, ("/shape", "required")),
        ({"title": "a", "shape": {"kind": "round"}}, ("/shape/radius", "required")),
        ({"title": "a", "shape": {"kind": "round", "radius": 0}}, ("/shape/radius", "out_of_range")),
        ({"title": "a", "shape": {"kind": "round", "radius": "1"}}, ("/shape/radius", "wrong_type")),
        ({"title": "a", "shape": {"kind": "round", "radius": True}}, ("/shape/radius", "wrong_type")),
        ({"title": "a", "shape": {"kind": "square", "corners": [{"x": 1}, {}]}}, ("/shape/corners/1/x", "required")),
        ({"title": "a", "tags": ["a", 1]}, ("/tags/1", "wrong_type")),
        ({"title": "a", "tags": []}, ("/tags", "too_short")),
        ({"title": "a", "tags": [1]}, ("/tags/0", "wrong_type")),
        ({"title": "a", "tags": ["a"] * 4}, ("/tags", "too_long")),
        ({"title": "a", "tags": "a"}, ("/tags", "wrong_type")),
        ({"title": "a", "parity": CANARY}, ("/parity", "not_accepted")),
        ({"title": "a", CANARY: 1}, ("", "unknown_member")),
        ({"title": "a", "labels": {CANARY: {"x": -1}}}, ("/labels", "out_of_range")),
        ({"title": "a", "labels": {CANARY: {"x": 1, CANARY: 1}}}, ("/labels", "unknown_member")),
        ([], ("", "wrong_type")),
        (None, ("", "wrong_type")),
        ("a", ("", "wrong_type")),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else None,
)
async def test_each_fault_points_at_its_place(sample: Sample, body: Any, expected: tuple[str, str]) -> None:
    answer = await send(sample, body)
    assert faults_of(answer) == [expected]
    assert CANARY not in answer.text
    assert all(fault["message"].endswith((".", ")")) for fault in answer.json()["errors"])


async def test_all_faults_are_told_at_once(sample: Sample) -> None:
    answer = await send(sample, {"title": "", "colour": "x", "owner": 1})
    assert faults_of(answer) == [("/title", "too_short"), ("/colour", "unknown_code"), ("/owner", "wrong_type")]


async def test_the_list_of_faults_ends_somewhere(sample: Sample) -> None:
    corners = [{"x": -1}] * 1000
    answer = await send(sample, {"title": "a", "shape": {"kind": "square", "corners": corners}})
    assert 1 <= len(faults_of(answer)) <= 20


@pytest.mark.parametrize(
    "body", [{f"x{n}": 0 for n in range(20_000)}, {"labels": {f"x{n}": 0 for n in range(20_000)}}], ids=["top", "deep"]
)
async def test_a_body_in_which_everything_is_wrong_is_not_listed(sample: Sample, body: Any) -> None:
    """To list it first would take a second, in which nobody else is served."""
    assert faults_of(await send(sample, body)) == [("", "too_many_faults")]
