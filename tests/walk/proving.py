"""The end of the story: counted, traced, erased, and what stands afterwards."""

from typing import Any

from cli.demo.proofs import found_in_databases, in_order, left_on_the_bus
from cli.demo.tally import Erased
from cli.inside import command
from tests.walk.afterwards import another_question
from tests.walk.counselling import BETTER, GIST, INTAKE, REVIEW, TEXT, VARIANT
from tests.walk.story import Story

REPORTING = "/reporting/v1"
FIGURES = f"{REPORTING}/figures?programme=fem-os&by=week,language,topic,platform"
TOPIC = "a-competent-authority"


async def the_figures_count_it(story: Story) -> None:
    async with story.step("7. Counted"):
        assert {f"captured {TOPIC}: withheld (few-cases)", f"answered {TOPIC}: withheld (few-cases)"} <= await _cells(
            story
        )
        for number in range(3, 7):
            await another_question(story, f"سؤال آخر عن الاعتراف {number}", f"question {number}", TOPIC)
        await story.heard()
        assert {f"captured {TOPIC}: 5", f"answered {TOPIC}: withheld (few-cases)"} <= await _cells(story)


async def _cells(story: Story) -> set[str]:
    """What an evaluator sees of the story's own cells: nobody else here asks in Arabic on that platform."""
    page = await story.person("evaluator").get(f"{FIGURES}&measures=captured,answered")
    assert page["complete_through"] is not None
    own = [row for row in page["rows"] if (row["cell"]["language"], row["cell"]["platform"]) == ("ar", "youtube")]
    said = {f"{row['measure']} {row['cell']['topic']}: {row['count'] or _withheld(row)}" for row in own}
    story.tell("; ".join(sorted(said)), "    ")
    return said


def _withheld(row: dict[str, Any]) -> str:
    return f"withheld ({row['reason']})"


async def an_auditor_traces_it(story: Story) -> None:
    ute, path = story.person("auditor"), f"{REPORTING}/questions/{story.id('question')}/trace"
    async with story.step("8. Traced"):
        said = [event for events in (await story.heard()).values() for event in events]
        own = {event["id"] for event in said if event["correlationid"] == story.id("question")}
        trace = await ute.get(path, shows=("complete",))
        assert {event["id"] for event in trace["events"]} == own
        assert in_order(trace["events"])
        assert not any(text[:20] in str(trace.body) for text in (TEXT, VARIANT, BETTER))
        for event in trace["events"][:6]:
            why = f" because {', '.join(event['why']['reasons'])}" if event["why"]["reasons"] else ""
            story.tell(
                f"{event['what']['service']} {event['what']['type'].split('.')[3]} by {event['who']['role']}{why}",
                "    ",
            )
        story.tell("…", "    ")
        await story.person("counsellor-ar").refused(path, method="GET")
        await story.heard()
        again = await ute.get(path)
        assert again["events"][-1]["what"]["type"] == "lotse.reporting.access.recorded.v1"


async def it_is_erased_on_request(story: Story) -> None:
    henning, amal = story.person("dpo"), story.person("counsellor-ar")
    question, path = story.id("question"), f"{INTAKE}/questions/{story.id('question')}"
    async with story.step("9. Erased"):
        seen = await henning.get(path)
        hold = await henning.post(f"{path}/hold", {"reason": "complaint"}, version=seen.version, shows=("held",))
        await henning.refused(f"{path}/erasure", version=hold["version"])
        lifted = await henning.delete(f"{path}/hold", version=hold["version"])
        asked = await henning.post(f"{path}/erasure", version=lifted["version"], shows=("status", "erasure_requested"))
        removed = {"result": "removed"}
        await amal.post(f"{path}/erasure/comment", removed, version=asked["version"], shows=("status",))
        await story.heard()
        await henning.get(path, shows=("status", "text", "gist", "link", "space", "place"))
        await amal.refused(f"{REVIEW}/submissions/{story.id('submission')}", method="GET")
        trace = await story.person("auditor").get(f"{REPORTING}/questions/{question}/trace")
        assert (trace["erased"]["state"], trace["erased"]["by"]) == ("erased", ["intake", "referral", "review"])
        story.tell(f"erased by {', '.join(trace['erased']['by'])}", "    ")
    needles = Erased(question, (seen["text"], seen["link"], GIST))
    assert await found_in_databases(story.place, [needles]) == []
    assert await left_on_the_bus(story.place, [needles]) == []


async def the_answer_and_the_figures_stand(story: Story) -> None:
    """What was advised stays provable, and counting everything anew gives the same figures."""
    jurist, evaluator = story.cast.caller("jurist"), story.cast.caller("evaluator")
    kept = (await jurist.get(f"{REVIEW}/answers?programme=fem-os&language=ar&limit=200"))["items"]
    own = next(answer for answer in kept if answer["submission"] == story.id("submission"))
    whole = await jurist.get(f"{REVIEW}/answers/{own['id']}")
    assert (whole["core"], whole["variant"]) == (BETTER, VARIANT)
    own_cells = f"{FIGURES}&measures=captured"
    before = (await evaluator.get(own_cells))["rows"]
    rebuilt = await command(story.place, "reporting", "rebuild")
    assert rebuilt["events"] > 0
    after = {str(row["cell"]): row["count"] for row in (await evaluator.get(own_cells))["rows"]}
    youtube = [row for row in before if row["cell"]["platform"] == "youtube"]
    assert youtube and all(after[str(row["cell"])] == row["count"] for row in youtube)
