"""The author rule: no posted version has passed through one person only, and at least one of them is a qualified
reviewer who is not its sole author.

A counsellor's own text is let through by a legal reviewer; a reviewer's own words by somebody else who confirms that
they say what is meant; a text that is a reviewer's alone by a second reviewer or, where the programme's policy says so,
by a counsellor. RDG § 6(2) asks for a qualified person; a second pair of eyes is ours. No role overrides this.
"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Passage:
    """Through whose hands exactly the version went that would be posted. Staff ids throughout.

    `core_authors` wrote the core; `reviewer` was qualified and approved it; `confirmed_by` confirmed its meaning,
    `confirmed_as_reviewer` says whether as a qualified reviewer herself. `variant_author` wrote the text in the
    thread's language, None where the core itself is posted; `speaker` read that text against the core, None where the
    author's own back-translation takes her place.
    """

    core_authors: frozenset[UUID]
    reviewer: UUID
    confirmed_by: UUID | None = None
    confirmed_as_reviewer: bool = False
    variant_author: UUID | None = None
    speaker: UUID | None = None


def holds_own_words(authors: frozenset[UUID], reviewer: UUID) -> bool:
    """Whether an approval by this reviewer lets her own words through, so that somebody else must confirm them."""
    return reviewer in authors


def authors_of_change(authors: frozenset[UUID], reviewer: UUID) -> frozenset[UUID]:
    """Whose words a core holds after a reviewer has changed it: those before, and hers."""
    return authors | {reviewer}


def is_alone(authors: frozenset[UUID], reviewer: UUID) -> bool:
    """Whether a text is this reviewer's alone."""
    return authors == {reviewer}


def confirmation_breach(passage: Passage, confirmer: UUID, as_reviewer: bool, counsellor_confirms: bool) -> str | None:
    """The code of why this person's confirmation would not do, or None."""
    if confirmer == passage.reviewer:
        return "own_words"
    if is_alone(passage.core_authors, passage.reviewer) and not (as_reviewer or counsellor_confirms):
        return "second_reviewer_needed"
    return None


def core_breach(passage: Passage) -> str | None:
    """The code of what is missing before the core may be posted or bound to a variant, or None."""
    if holds_own_words(passage.core_authors, passage.reviewer) and passage.confirmed_by in (None, passage.reviewer):
        return "not_yet_confirmed"
    return None


def variant_breach(passage: Passage) -> str | None:
    """The code of what is missing before the text in the thread's language may be posted, or None."""
    author = passage.variant_author
    if author is None:
        return None
    if passage.speaker is not None:
        return "own_variant" if passage.speaker == author else None
    # A back-translation lets those who decided on the core judge the variant; one of them must not be its author.
    return None if {passage.reviewer, passage.confirmed_by} - {author, None} else "second_speaker_needed"
