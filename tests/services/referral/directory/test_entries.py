"""The rules on entries, tried on everything that fits them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import Land, OfficeKind
from libs.contracts.topics import CLUSTER_OF, TOPIC_CODES, TOPICS
from libs.kit.errors import Invalid
from services.referral.directory.domain import PLACE, Entry, Mode, check_entry, covering

TODAY = date(2026, 11, 23)
SOUND = Entry(
    listed_by="fem-os",
    name="Beratungsstelle",
    kind=OfficeKind.MBE,
    languages=("de",),
    topics=("m-forms",),
    land=Land.BE,
    postcode=None,
    city=None,
    street=None,
    phone=None,
    web=None,
    hours=None,
    modes=(Mode.PHONE,),
    reporting_duty=False,
    secret_address=False,
    assured_date=None,
    active=True,
)


def faults(entry: Entry) -> set[tuple[str, str]]:
    try:
        check_entry(entry, TODAY)
    except Invalid as refused:
        return {(fault.pointer, fault.code) for fault in refused.errors}
    return set()


@given(secret=st.booleans(), place=st.fixed_dictionaries({name: st.none() | st.just("x") for name in PLACE}))
def test_an_office_has_a_secret_address_or_a_place_never_both(secret: bool, place: dict[str, str | None]) -> None:
    given_names = {name for name, value in place.items() if value is not None}
    expected = {(f"/{name}", "address_is_secret") for name in given_names} if secret else set()
    assert faults(replace(SOUND, secret_address=secret, **place)) == expected  # type: ignore[arg-type]


@given(days=st.integers(-400, 400))
def test_nobody_made_sure_of_an_entry_tomorrow(days: int) -> None:
    found = faults(replace(SOUND, assured_date=TODAY + timedelta(days=days)))
    assert found == ({("/assured_date", "in_the_future")} if days > 0 else set())


@pytest.mark.parametrize("name", ["languages", "topics", "modes"])
def test_what_is_named_twice_is_refused(name: str) -> None:
    assert faults(replace(SOUND, **{name: getattr(SOUND, name) * 2})) == {(f"/{name}", "repeated")}


@given(asked=st.sampled_from(sorted(TOPIC_CODES)), listed=st.sampled_from(sorted(TOPIC_CODES)))
def test_a_topic_is_covered_by_itself_its_cluster_and_nothing_else(asked: str, listed: str) -> None:
    clusters = {str(cluster): set(topics) for cluster, topics in TOPICS.items()}
    fits = asked == listed or str(CLUSTER_OF.get(asked)) == listed or listed in clusters.get(asked, ())
    assert (listed in covering(asked)) is fits
