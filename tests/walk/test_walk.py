"""One question's whole life through four services, over their HTTP APIs, on real NATS and PostgreSQL.

What happens here is what `docs/walk.md` shows: its blocks are compared with what was asked, answered and said.
"""

import os

from cli.demo.world import qualify
from tests.walk.afterwards import (
    the_person_is_referred_in_two_ways,
    what_differs_is_repaired,
    what_nobody_approved_is_an_incident,
)
from tests.walk.counselling import (
    a_legal_reviewer_decides_and_a_second_speaker_releases,
    a_programme_has_a_space,
    a_question_is_found_there,
    individual_advice_is_impossible_where_only_general_information_is_given,
    it_is_taken_triaged_and_submitted,
    the_released_text_is_posted_by_hand,
)
from tests.walk.page import PAGE, blocks, written
from tests.walk.proving import (
    an_auditor_traces_it,
    it_is_erased_on_request,
    the_answer_and_the_figures_stand,
    the_figures_count_it,
)
from tests.walk.story import Story


async def test_one_question_from_the_find_to_the_erasure(story: Story) -> None:
    await qualify(story.cast, {"fem-os": None, "lara": None})
    await a_programme_has_a_space(story)
    await a_question_is_found_there(story)
    await it_is_taken_triaged_and_submitted(story)
    await a_legal_reviewer_decides_and_a_second_speaker_releases(story)
    await individual_advice_is_impossible_where_only_general_information_is_given(story)
    await the_released_text_is_posted_by_hand(story)
    await what_differs_is_repaired(story)
    await what_nobody_approved_is_an_incident(story)
    await the_person_is_referred_in_two_ways(story)
    await the_figures_count_it(story)
    await an_auditor_traces_it(story)
    await it_is_erased_on_request(story)
    await the_answer_and_the_figures_stand(story)
    the_page_says_the_same(story)


def the_page_says_the_same(story: Story) -> None:
    if os.environ.get("LOTSE_WRITE_WALK") == "1":
        PAGE.write_text(written(PAGE.read_text(), story.steps))
    page = blocks(PAGE.read_text())
    for title, lines in story.steps.items():
        told = page.get(title, "").splitlines()
        assert told == lines, f"docs/walk.md, '{title}', tells another story; LOTSE_WRITE_WALK=1 writes it anew"
    assert list(page) == list(story.steps), "docs/walk.md shows other steps, or in another order"


def test_a_page_that_lies_is_found() -> None:
    """What the comparison above rests on: a changed status, event or step is another block."""
    block = "```walk\njurist POST /x → 200\nreview says: a.b (jurist)\n```\n"
    text = f"# Walk\n\n## 1. One\n\nProse.\n\n{block}\n## 2. Two\n\nProse only.\n"
    assert blocks(text) == {"1. One": "jurist POST /x → 200\nreview says: a.b (jurist)\n"}
    assert blocks(text.replace("200", "201")) != blocks(text)
    steps = {"1. One": ["jurist POST /x → 409 no"], "2. Two": ["dpo GET /y → 200"]}
    again = written(text, steps)
    assert {title: block.splitlines() for title, block in blocks(again).items()} == steps
    assert "Prose.\n" in again and "Prose only.\n" in again
    assert written(again, steps) == again
