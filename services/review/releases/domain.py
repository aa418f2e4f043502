"""Letting a text be posted: a second speaker, or by policy the author's back-translation, releases the variant bound to
exactly the core that was approved. For a German thread the core is the variant, and the approval releases it.
"""

from dataclasses import replace
from uuid import UUID

from libs.contracts.codes import ReleaseMethod, Role
from libs.contracts.review import ReleasedText, SubmissionVariantReleased
from libs.kit.errors import Conflict, Forbidden, LotseError, invalid
from libs.text.tags import primary
from services.review.answers.domain import Text
from services.review.questions.domain import Situation, counted, refuse_gate, refuse_old_text
from services.review.releases import author_rule
from services.review.releases.author_rule import Passage
from services.review.submissions.domain import (
    GERMAN,
    Decided,
    Decision,
    Kind,
    State,
    Submission,
    decided,
    refuse_living,
)
from services.review.supervision.domain import refuse_role

SPEAKERS = (Role.SECOND_READER, Role.COUNSELLOR)
BREACHES = {
    "own_text": "This text is yours alone; another reviewer must approve it.",
    "own_words": "Somebody else must confirm what you wrote.",
    "second_reviewer_needed": "This text is a reviewer's alone; a second qualified reviewer must confirm it.",
    "own_variant": "Somebody else must read what you wrote against the core.",
    "second_speaker_needed": "Nobody but you has seen this variant; a second speaker must read it.",
}


def breach(code: str | None) -> LotseError | None:
    """What the author rule found, as a refusal."""
    if code == "not_yet_confirmed":
        return Conflict(code, "The reviewer's own words have not been confirmed yet.")
    return Forbidden(code, BREACHES[code]) if code else None


def passage(submission: Submission) -> Passage | None:
    """Through whose hands the current core has gone; None while nobody has approved it."""
    approval, confirmation = submission.decision(Kind.APPROVED), submission.decision(Kind.CONFIRMED)
    if approval is None:
        return None
    return Passage(
        core_authors=submission.core.authors,
        reviewer=approval.by,
        confirmed_by=confirmation.by if confirmation else None,
        confirmed_as_reviewer=confirmation is not None and confirmation.by_reviewer,
    )


def refuse_core(submission: Submission, at: Situation) -> LotseError | None:
    """The question can still be answered with this core."""
    return refuse_gate(at) or refuse_old_text(at.question, submission.core.written_at, at.now)


def refuse_second_speaker(submission: Submission, at: Situation) -> LotseError | None:
    refusal = _refuse_releasing(submission, at)
    if refusal is None and not speaks(at.person.languages, submission.language):
        return Forbidden("language_missing", "You are not known to speak the language of this variant.")
    return refusal or _refuse_variant(submission, at.person.staff)


def refuse_back_translation(submission: Submission, at: Situation) -> LotseError | None:
    refusal = _refuse_releasing(submission, at)
    if refusal is None and not at.policy.back_translation:
        return Conflict("back_translation_not_allowed", "The programme wants a second speaker.")
    if refusal is None and submission.variant is not None and submission.variant.author != at.person.staff:
        return Forbidden("only_author_translates_back", "Only who wrote the variant translates it back.")
    return refusal or _refuse_variant(submission, None)


def _refuse_releasing(submission: Submission, at: Situation) -> LotseError | None:
    refusal = refuse_role(at.person, SPEAKERS) or refuse_living(submission)
    if refusal is None and submission.was_released:
        return Conflict("already_released", "This was released before.")
    if refusal is None and submission.language == GERMAN:
        return Conflict("released_with_approval", "For a German thread the approval releases.")
    # What waits for its confirmation goes on to the author rule, which says so.
    if refusal is None and submission.state not in (State.APPROVED, State.CHANGED):
        return _not_approved(submission)
    return refusal or refuse_core(submission, at)


def _refuse_variant(submission: Submission, speaker: UUID | None) -> LotseError | None:
    """The author rule on the whole passage, with this speaker, or None for the author's back-translation."""
    so_far, variant = passage(submission), submission.variant
    if so_far is None or variant is None:
        return _not_approved(submission)
    whole = replace(so_far, variant_author=variant.author, speaker=speaker)
    return breach(author_rule.core_breach(whole) or author_rule.variant_breach(whole))


def speaks(languages: frozenset[str], tag: str) -> bool:
    """Who speaks `pt` reads `pt-BR`; who speaks `sr-Latn` reads just that."""
    return tag in languages or primary(tag) in languages


def release(
    submission: Submission, variant_version: int, method: ReleaseMethod, back_translation: str | None, at: Situation
) -> Decided:
    """Release the variant for the thread. Raises what refuses it, `Invalid` for a back-translation out of place."""
    by_author = method is ReleaseMethod.BACK_TRANSLATION
    if by_author != (back_translation is not None):
        message = "Send the back-translation with that method, and only with it."
        raise invalid("/back_translation", "back_translation_with_method", message)
    refusal = (refuse_back_translation if by_author else refuse_second_speaker)(submission, at)
    if refusal is not None:
        raise refusal
    variant = submission.variant
    assert variant is not None and variant.text is not None
    if variant.version != variant_version:
        raise not_this_version(submission.core.version, variant.version)
    marked = replace(
        submission, variants=(*submission.variants[:-1], replace(variant, back_translation=back_translation))
    )
    return _released(marked, variant.text, method, at)


def release_german(submission: Submission, at: Situation) -> Decided:
    """What an approval, or the confirmation after it, does for a German thread. Raises what the author rule finds."""
    so_far = passage(submission)
    refusal = breach(author_rule.core_breach(so_far)) if so_far else _not_approved(submission)
    if refusal is not None:
        raise refusal
    assert submission.core.text is not None
    return _released(submission, submission.core.text, ReleaseMethod.SAME_LANGUAGE, at)


def _released(submission: Submission, text: Text, method: ReleaseMethod, at: Situation) -> Decided:
    core = submission.core
    assert core.text is not None and at.person.staff is not None
    decision = Decision(
        version=submission.version + 1,
        kind=Kind.RELEASED,
        by=at.person.staff,
        at=at.now,
        core_version=core.version,
        variant_version=submission.variant_version,
        by_reviewer=at.person.is_qualified_reviewer,
        method=method,
    )
    fact = SubmissionVariantReleased(
        **counted(at.question, at.now),
        variant_language=submission.language,
        method=method,
        core_version=core.version,
        variant_version=submission.variant_version,
        core_commitment=core.text.commitment,
        variant_commitment=text.commitment,
        policy_version=at.policy_version,
    )
    released = ReleasedText(text=text.words, salt=text.salt.hex())
    decisions = (*submission.decisions, decision)
    return decided(submission, at.now, (fact, released), decisions=decisions, state=State.RELEASED)


def _not_approved(submission: Submission) -> LotseError:
    return Conflict("not_approved", "Only an approved core lets a text be released.", state=submission.state)


def not_this_version(core: int, variant: int) -> LotseError:
    message = "There is a newer version; read it first."
    return Conflict("not_this_version", message, core_version=core, variant_version=variant)
