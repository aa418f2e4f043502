"""What a fact may tell of how a question was written down (docs/decisions/0006)."""

from typing import Any

from libs.contracts.codes import CapturedAs

# A picture or a voice note: everybody sees which posts these are.
SEEN_IN_GROUP = (CapturedAs.IMAGE, CapturedAs.VOICE)


def tellable(documented: dict[str, Any]) -> dict[str, Any]:
    """All but what can be seen in the group and is rare there; it would lead back to one post."""
    seen = {"anonymous"} | ({"captured_as"} if documented.get("captured_as") in SEEN_IN_GROUP else set())
    return {name: value for name, value in documented.items() if name not in seen}
