"""A question is captured: redacted before anything is stored, with a language, and never merged by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

UNSAID = ("captured_as", "contact", "third_person", "machine_help", "counselling_minutes", "form_minutes")
LINK = "https://www.facebook.com/groups/amal/posts/77/?comment_id=5"
SAME_LINK = "https://m.facebook.com/groups/amal/permalink/77?comment_id=5&fbclid=xyz&__tn__=R"


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def stored(here: Situation) -> str:
    """Everything intake's database holds in its tables, as one text."""
    pool = here.intake.db._pool
    assert pool is not None
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL lotse.programmes = '*'")
        parts = []
        for table in tables:
            rows = await connection.fetch(f'SELECT t::text FROM "{table[0]}" t')
            parts += [row[0] for row in rows]
    return "\n".join(parts)


async def test_personal_data_is_redacted_before_anything_is_stored(here: Situation) -> None:
    text = "Ruft an: 0176 12345678, amal@example.org, @amal_89 oder https://example.org/amal. § 24 AufenthG"
    made = await here.question(
        text=text, gist="Anruf unter 0176 12345678 erbeten", place="Musterstadt, 0176 12345678, amal@example.org"
    )
    assert made["redacted"] == {"phone": 1, "e-mail": 1, "handle": 1, "url": 1}
    seen = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert "§ 24 AufenthG" in seen["text"] and seen["place"].startswith("Musterstadt")
    everything = await stored(here)
    for secret in ("12345678", "amal@example.org", "@amal_89", "example.org/amal"):
        assert secret not in everything


async def test_dates_of_notices_amounts_and_sections_stay(here: Situation) -> None:
    text = "Bescheid vom 12.11.2026, 1.234,56 Euro, § 44 SGB X, Frist 3 Wochen"
    made = await here.question(text=text)
    assert (await here.counsellor.get(f"/intake/v1/questions/{made['id']}"))["text"] == text


async def test_the_language_is_suggested_when_absent_and_asked_about_when_unsure(here: Situation) -> None:
    sure = await here.question(text="كيف يمكنني الاعتراف بشهادتي الجامعية في ألمانيا؟", language=None)
    assert (sure["language"], sure["language_source"], sure["ask_language"]) == ("ar", "suggested", False)
    unsure = await here.question(text="ok??", language=None)
    assert (unsure["language_source"], unsure["ask_language"]) == ("preselected", True)


async def test_a_known_link_asks_same_follow_up_or_other_person_and_merges_nothing(here: Situation) -> None:
    first = await here.question(link=LINK)
    body = {"space": here.space, "text": "Und wie lange dauert es?", "channel": "public", "link": SAME_LINK}
    reply = await here.counsellor.ask("POST", "/intake/v1/questions", body)
    assert (reply.status_code, reply.json()["code"]) == (409, "known_link")
    assert [row["id"] for row in reply.json()["earlier"]] == [first["id"]]
    same = await here.counsellor.ask("POST", "/intake/v1/questions", {**body, "relation": "same"})
    assert (same.status_code, same.json()["duplicate"], same.json()["id"]) == (200, True, first["id"])
    other = await here.question(**{**body, "relation": "other-person"})
    assert other["id"] != first["id"] and not other["duplicate"]
    seen = await here.counsellor.get(f"/intake/v1/questions/{other['id']}")
    assert (seen["relation"], seen["related_to"]) == ("other-person", first["id"])


async def test_another_programme_does_not_learn_that_the_link_is_known(here: Situation) -> None:
    await here.question(link=LINK)
    elsewhere = await situation(here.intake)
    assert not (await elsewhere.question(link=LINK))["duplicate"]


async def test_another_comment_under_the_same_post_is_another_link(here: Situation) -> None:
    await here.question(link=LINK)
    assert not (await here.question(link=LINK.replace("comment_id=5", "comment_id=6")))["duplicate"]


@pytest.mark.parametrize(
    ("policy", "kept"), [("none", (None, None)), ("summary", (None, "kurz")), ("redacted", ("Was kostet es?", "kurz"))]
)
async def test_the_policy_says_what_is_kept_of_a_text(intake: Probe, policy: str, kept: tuple[Any, Any]) -> None:
    here = await situation(intake, question_text=policy)
    made = await here.question(text="Was kostet es?", gist="kurz")
    seen = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert (seen["text"], seen["gist"]) == kept
    assert ("Was kostet es?" in await stored(here)) == (policy == "redacted")


async def test_the_fact_leads_back_to_no_post(here: Situation) -> None:
    made = await here.question(link=LINK, place="Musterstadt", asked_at="2026-11-20T08:15:30Z")
    (fact,) = await here.intake.said(about=made["id"], type="question.captured")
    assert fact.data == {
        "week": "2026-W48",
        "platform": "facebook",
        "language": "de",
        "topic": "unassigned",
        "size_class": "under-10000",
        "channel": "public",
        "relation": "new",
        "language_source": "given",
        **dict.fromkeys(UNSAID),
    }
    for hidden in (here.space, LINK, "Musterstadt", "08:15:30"):
        assert hidden not in fact.model_dump_json()


async def test_nothing_was_asked_later_than_it_was_found(here: Situation) -> None:
    body = {"space": here.space, "text": "Was kostet es?", "channel": "public", "language": "de"}
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    refused = await here.counsellor.ask("POST", "/intake/v1/questions", {**body, "asked_at": later})
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [("/asked_at", "in_the_future")]


async def test_the_same_key_asked_twice_captures_once(here: Situation) -> None:
    body = {"space": here.space, "text": "Was kostet es?", "channel": "public", "language": "de"}
    first = await here.counsellor.ask("POST", "/intake/v1/questions", body, key="twice")
    again = await here.counsellor.ask("POST", "/intake/v1/questions", body, key="twice")
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == first.json()
    assert len(await here.intake.said(about=first.json()["id"])) == 1
    other = await here.counsellor.refused("POST", "/intake/v1/questions", {**body, "channel": "private"}, key="twice")
    assert other == (422, "idempotency_key_reused")


async def test_a_space_of_another_programme_is_not_known(here: Situation) -> None:
    stranger = here.intake.person("counsellor", programme="another-one")
    body = {"space": here.space, "text": "Was kostet es?", "channel": "public"}
    assert await stranger.refused("POST", "/intake/v1/questions", body) == (404, "space_unknown")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "x" * 20_001}, "/text"),
        ({"text": "   "}, "/text"),
        ({"text": "NUL \u0000"}, "/text"),
        ({"text": "\u202e verdreht"}, "/text"),
        ({"language": "deutsch"}, "/language"),
        ({"link": "ftp://example.org"}, "/link"),
        ({"relation": "cousin"}, "/relation"),
        # A slip of the finger; the working day before the first day of all would be no day.
        ({"deadline": "0001-01-01"}, "/deadline"),
        ({"deadline": "0206-12-01"}, "/deadline"),
        # The name of an unknown member is what somebody typed, so only its place is told.
        ({"surname": "x"}, ""),
    ],
)
async def test_bad_input_is_named_at_its_place_and_stores_nothing(
    here: Situation, body: dict[str, Any], pointer: str
) -> None:
    before = len(await here.intake.said())
    wanted = {"space": here.space, "text": "Was kostet es?", "channel": "public", "language": "de", **body}
    reply = await here.counsellor.ask("POST", "/intake/v1/questions", wanted)
    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert len(await here.intake.said()) == before


async def test_capture_needs_at_most_four_statements_before_its_commit(here: Situation) -> None:
    await here.question(link=LINK.replace("77", "78"))
    pool = here.intake.db._pool
    assert pool is not None
    seen: list[str] = []
    holders = [holder._con for holder in pool._holders if holder._con is not None]
    for connection in holders:
        connection.add_query_logger(lambda record: seen.append(record.query))
    await here.question(link=LINK.replace("77", "79"))
    statements = [query for query in seen if query != "COMMIT"]
    assert 1 <= len(statements) <= 4, statements


async def test_reading_a_text_is_recorded_once_a_reply_and_moves_no_version(here: Situation) -> None:
    made = await here.question()
    for _ in range(2):
        await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    reads = await here.intake.said(about=made["id"], type="access.recorded")
    assert [read.staff for read in reads] == [here.counsellor.staff] * 2
    assert await here.version(made["id"]) == 1
