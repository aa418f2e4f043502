"""A second speaker, or by policy and marked so back-translation by the author, releases the variant, bound to that
core; what may be posted is committed to, and its text can be taken back."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.services.review.situation import ANSWERS, BACK, CORE, SUBMISSIONS, VARIANT, Situation

RELEASE = {"variant_version": 1, "method": "second-speaker"}
OWN = {"variant_version": 1, "method": "back-translation", "back_translation": BACK}


async def said(here: Situation, made: dict[str, Any]) -> dict[str, Any]:
    (event,) = await here.review.said(about=made["id"], type="submission.variant-released")
    return event.data


async def beside(here: Situation, made: dict[str, Any]) -> dict[str, Any]:
    """The text that travels beside the release."""
    pool = here.review.db._pool
    assert pool is not None
    (event,) = await here.review.said(about=made["id"], type="submission.variant-released")
    found: dict[str, Any] = json.loads(
        await pool.fetchval("SELECT payload FROM forgettable WHERE event_id = $1", event.id)
    )
    return found


async def test_a_second_speaker_releases_the_variant_bound_to_the_approved_core(here: Situation) -> None:
    released = await here.released()
    fact, approval = await said(here, released), (await here.review.said(about=released["id"]))[2].data
    assert (fact["method"], fact["variant_language"], fact["core_version"], fact["variant_version"]) == (
        "second-speaker",
        "ar",
        1,
        1,
    )
    assert fact["core_commitment"] == approval["core_commitment"]
    text = await beside(here, released)
    salt = bytes.fromhex(text["salt"])
    assert text["text"] == VARIANT and len(salt) == 32
    assert fact["variant_commitment"] == hmac.new(salt, VARIANT.encode(), hashlib.sha256).hexdigest()


async def test_every_text_has_a_salt_of_its_own(here: Situation) -> None:
    facts = [await said(here, await here.released()) for _ in range(2)]
    assert len({fact[name] for fact in facts for name in ("core_commitment", "variant_commitment")}) == 4


async def test_a_reply_holds_no_text(here: Situation) -> None:
    approved = await here.approved()
    path = f"{SUBMISSIONS}/{approved['id']}/release"
    reply = await here.speaker.ask("POST", path, RELEASE, version=approved["version"], key="once")
    assert set(reply.json()) == {"id", "version", "state", "core_version", "variant_version", "answer", "not_kept"}
    again = await here.speaker.ask("POST", path, RELEASE, version=approved["version"], key="once")
    assert again.headers["idempotency-replayed"] == "true" and again.json() == reply.json()
    assert len(await here.review.said(about=approved["id"], type="submission.variant-released")) == 1


async def test_the_author_does_not_read_her_own_variant(here: Situation) -> None:
    approved = await here.approved()
    assert await here.refused(here.counsellor, approved, "release", RELEASE) == (403, "own_variant")
    assert (await here.step(here.colleague, approved, "release", RELEASE))["state"] == "released"


async def test_a_second_speaker_is_known_to_speak_the_language(here: Situation) -> None:
    approved = await here.approved()
    other = here.someone("second-reader", languages=["fa"])
    assert await here.refused(other, approved, "release", RELEASE) == (403, "language_missing")
    assert await here.refused(here.jurist, approved, "release", RELEASE) == (403, "role_missing")


async def test_who_speaks_a_language_reads_its_regional_form(here: Situation) -> None:
    question = await here.question(language="ar-SY")
    made = await here.submitted(question, variant={"language": "ar-SY", "text": VARIANT})
    assert (await here.released(made))["state"] == "released"
    question = await here.question(language="ar")
    approved = await here.approved(await here.submitted(question))
    narrow = here.someone("second-reader", languages=["ar-SY"])
    assert await here.refused(narrow, approved, "release", RELEASE) == (403, "language_missing")


async def test_nothing_is_released_before_its_core_is_approved(here: Situation) -> None:
    made = await here.submitted()
    assert await here.refused(here.speaker, made, "release", RELEASE) == (409, "not_approved")
    assert await here.refused(here.speaker, await here.taken(made), "release", RELEASE) == (409, "not_approved")


async def test_the_author_translates_back_where_the_policy_says_so_and_it_is_marked_and_kept(here: Situation) -> None:
    approved = await here.approved()
    assert await here.refused(here.colleague, approved, "release", OWN) == (403, "only_author_translates_back")
    done = await here.step(here.counsellor, approved, "release", OWN)
    assert (await said(here, done))["method"] == "back-translation"
    seen = await here.read(done)
    assert seen["variants"][0]["back_translation"] == BACK
    assert seen["decisions"][-1]["method"] == "back-translation"


async def test_without_that_policy_only_a_second_speaker_releases(here: Situation) -> None:
    await here.configure(back_translation=False)
    approved = await here.approved()
    assert await here.refused(here.counsellor, approved, "release", OWN) == (409, "back_translation_not_allowed")


async def test_who_decided_on_the_core_alone_does_not_translate_her_own_variant_back(here: Situation) -> None:
    both = here.someone("legal-reviewer", "counsellor")
    await here.qualify(both)
    revised = await here.step(both, await here.submitted(), "revision", {"variant": VARIANT + " ."})
    approved = await here.approved(revised, by=both)
    body = {**OWN, "variant_version": 2}
    assert await here.refused(both, approved, "release", body) == (403, "second_speaker_needed")


@pytest.mark.parametrize(
    "body",
    [{**RELEASE, "back_translation": BACK}, {"variant_version": 1, "method": "back-translation"}],
)
async def test_a_back_translation_comes_with_its_method_and_only_with_it(body: Any, here: Situation) -> None:
    approved = await here.approved()
    assert await here.refused(here.counsellor, approved, "release", body) == (422, "invalid_input")


async def test_a_back_translation_holds_no_personal_data(here: Situation) -> None:
    approved = await here.approved()
    body = {**OWN, "back_translation": "Ruf 0171 2345678 an"}
    assert await here.refused(here.counsellor, approved, "release", body) == (422, "personal_data_found")


async def test_a_variant_written_anew_is_what_is_released(here: Situation) -> None:
    approved = await here.approved()
    revised = await here.step(here.counsellor, approved, "revision", {"variant": VARIANT + " (2)"})
    assert (revised["state"], revised["variant_version"]) == ("approved", 2), "the core's approval stands"
    assert await here.refused(here.speaker, revised, "release", RELEASE) == (409, "not_this_version")
    await here.step(here.speaker, revised, "release", {**RELEASE, "variant_version": 2})
    assert (await beside(here, revised))["text"] == VARIANT + " (2)"


async def test_what_was_released_is_neither_revised_nor_taken_back(here: Situation) -> None:
    released = await here.released()
    for path, body in (("revision", {"core": "neu"}), ("withdrawal", None)):
        assert await here.refused(here.counsellor, released, path, body) == (409, "already_released")
    assert await here.refused(here.speaker, released, "release", RELEASE) == (409, "already_released")


async def test_a_german_thread_is_released_by_the_approval_itself(here: Situation) -> None:
    made = await here.approved(await here.german())
    assert (made["state"], made["version"], made["variant_version"]) == ("released", 4, 1)
    fact = await said(here, made)
    assert (fact["method"], fact["variant_language"]) == ("same-language", "de")
    assert fact["variant_commitment"] == fact["core_commitment"]
    assert (await beside(here, made))["text"] == CORE
    assert await here.types(made["answer"]) == ["answer.kept"]


async def test_a_german_thread_changed_by_the_reviewer_is_released_by_the_confirmation(here: Situation) -> None:
    changed = await here.approved(await here.german(), core=CORE + " Und noch etwas.")
    assert (changed["state"], changed["answer"]) == ("changed", None)
    assert await here.refused(here.speaker, changed, "release", {**RELEASE, "variant_version": 2}) == (
        409,
        "released_with_approval",
    )
    done = await here.step(here.counsellor, changed, "confirmation")
    assert done["state"] == "released" and done["answer"]
    assert (await beside(here, done))["text"] == CORE + " Und noch etwas."


async def test_the_released_pair_is_kept_in_the_same_commit(here: Situation) -> None:
    released = await here.released()
    (kept,) = await here.review.said(about=released["answer"])
    fact = await said(here, released)
    assert (kept.data["submission"], kept.data["kept_until_end_of"]) == (released["id"], 2029)
    assert kept.data["core_commitment"] == fact["core_commitment"]
    assert kept.data["variant_commitment"] == fact["variant_commitment"]
    answer = await here.counsellor.get(f"{ANSWERS}/{released['answer']}")
    assert (answer["core"], answer["variant"], answer["language"]) == (CORE, VARIANT, "ar")


async def test_an_answer_is_not_kept_when_sharper_rules_find_personal_data(
    here: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules of the day are a newer release's: here they take the section sign for a name."""
    approved = await here.approved()
    sharper = "services.review.answers.domain.contains_personal_data"
    monkeypatch.setattr(sharper, lambda text, in_answer: ("handle",) if "§" in text else ())
    done = await here.step(here.speaker, approved, "release", RELEASE)
    assert (done["state"], done["answer"], done["not_kept"]) == ("released", None, "personal_data_found")
    assert await here.review.said(type="answer", about=(await here.read(done))["question"]["id"]) == []
