"""The end of a question on request: first the task *remove your comment?*, then text, drafts and link are gone."""

from cli.client import Answer, Problem
from cli.demo.tally import Erased
from cli.demo.walk import INTAKE, Walk

TRIES = 5


async def erase(walk: Walk) -> None:
    """The data protection officer asks for it; where a comment stands, the counsellor answers the task first."""
    dpo, path = walk.stage.cast.caller("dpo"), f"{INTAKE}/questions/{walk.id}"
    for attempt in range(1, TRIES + 1):
        seen = await dpo.get(path)
        try:
            asked = await dpo.post(f"{path}/erasure", version=seen.version)
            break
        except Problem as problem:
            # Something was heard between her reading and her asking.
            if problem.code != "stale" or attempt == TRIES:
                raise
    if asked["status"] != "forgotten":
        walk.count("comment_tasks")
        asked = await walk.counsellor.post(f"{path}/erasure/comment", {"result": "removed"}, version=asked["version"])
    assert asked["status"] == "forgotten", "an answered task is followed by the erasure at once"
    walk.stage.tally.erased.append(Erased(walk.id, _needles(walk, seen)))
    walk.count("erased")


def _needles(walk: Walk, seen: Answer) -> tuple[str, ...]:
    """What the question held as it was stored, redacted and in canonical form."""
    return tuple(str(seen[name]) for name in ("text", "link") if seen[name])
