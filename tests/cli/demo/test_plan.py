"""What the demo decides beforehand: even a few lines show everything, and two runs do the same."""

import pytest

from cli.demo.lines import read
from cli.demo.links import FORMS, pair
from cli.demo.plan import Fate, Plan, Referral, Space, plans
from libs.text.links import canonical

OFFERED = {
    "fem-os": ["de", "ar", "en", "fr", "ps", "fa", "pt", "ru", "sr", "es", "tr"],
    "mb40": ["de", "bg", "el", "en", "es", "fr", "it", "hr", "hu", "pl", "ro", "cs", "sk"],
    "lara": ["de", "es", "it", "ar", "en"],
}
SPACES = [
    Space(f"{programme}-{platform}", programme, platform, tuple(languages))
    for programme, languages in OFFERED.items()
    for platform in ("facebook", "telegram", "whatsapp")
]


def made(limit: int | None = None) -> list[Plan]:
    return plans(read(None, None, limit), SPACES, OFFERED, 1_234_567)


def test_forty_five_lines_show_every_fate() -> None:
    assert {plan.fate for plan in made(45)} == set(Fate)


def test_the_whole_sample_shows_every_way_to_refer() -> None:
    assert {plan.referral for plan in made()} == {*Referral, None}
    assert sum(plan.erased for plan in made()) >= 5
    assert {plan.relation for plan in made()} == {None, "follow-up", "other-person"}


def test_two_runs_over_one_file_do_the_same_under_other_links() -> None:
    first, second = (plans(read(None, None, 60), SPACES, OFFERED, run) for run in (1_000_001, 1_000_002))
    assert [(one.fate, one.referral, one.erased) for one in first] == [
        (one.fate, one.referral, one.erased) for one in second
    ]
    assert not {one.link for one in first if one.link} & {one.link for one in second}


def test_what_shares_a_link_comes_after_the_first_and_is_not_erased() -> None:
    everything = made()
    sharing = [plan for plan in everything if plan.shared is not None]
    assert sharing
    for plan in sharing:
        earlier = everything[plan.shared or 0]
        assert earlier.number < plan.number and earlier.programme == plan.programme
        assert not plan.erased and not earlier.erased
        assert plan.link is not None and earlier.link is not None
        assert canonical(plan.link) == canonical(earlier.link) and plan.link != earlier.link


def test_a_line_goes_to_a_programme_that_counsels_in_its_language() -> None:
    assert all(plan.line.language in OFFERED[plan.programme] for plan in made())
    assert all(plan.programme == plan.line.programme for plan in made())


@pytest.mark.parametrize("platform", FORMS)
def test_both_forms_of_a_link_name_one_post_and_another_post_has_another(platform: str) -> None:
    links = pair(platform, 1_234_567, 123_456_700_001)
    other = pair(platform, 1_234_567, 123_456_700_002)
    assert links is not None and other is not None
    assert links[0] != links[1]
    assert canonical(links[0]) == canonical(links[1]) is not None
    assert canonical(links[0]) != canonical(other[0])


def test_a_closed_chat_has_no_links() -> None:
    assert pair("whatsapp", 1, 1) is None
