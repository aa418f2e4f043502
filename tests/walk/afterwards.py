"""The story after the answer: what should not stand there, and two ways to send somebody elsewhere."""

from typing import Any

from cli.demo.world import offices
from tests.walk.counselling import INTAKE, REVIEW, VARIANT
from tests.walk.story import Story

REFERRAL = "/referral/v1"
MBE = "01900000-0000-7000-8000-000000000001"


async def what_differs_is_repaired(story: Story) -> None:
    amal, jurist = story.person("counsellor-ar"), story.person("jurist-2")
    async with story.step("5a. What differs from the release"):
        body = {"parts": [f"{VARIANT} لا تقلقي!"]}
        path = f"{INTAKE}/questions/{story.id('question')}/postings"
        wrong = await amal.post(path, body, shows=("standing", "counts", "repair"))
        posting = story.name(wrong["id"], "second posting")
        incident = await _incident(story, posting)
        await jurist.get(incident, shows=("standing", "posted", "released"))
        await jurist.post(f"{incident}/decision", {"decision": "correct-the-comment"}, version=1, shows=("state",))
        repaired = {"result": "corrected", "parts": [VARIANT]}
        await amal.post(f"{INTAKE}/postings/{posting}/repair", repaired, version=2, shows=("standing", "repair"))


async def _incident(story: Story, posting: str) -> str:
    """The incident that review opened for a posting, once it has heard of it."""
    await story.heard()
    page = await story.cast.caller("jurist").get(f"{REVIEW}/incidents?state=open&programme=fem-os&limit=200")
    found = next(item for item in page["items"] if item["posting"] == posting)
    return f"{REVIEW}/incidents/{story.name(found['id'], f'incident on the {story.names[posting]}')}"


async def what_nobody_approved_is_an_incident(story: Story) -> None:
    amal = story.person("counsellor-ar")
    path = await another_question(story, "أين أجد دورة لغة مسائية؟", "second question", "i-integration-course")
    async with story.step("5b. What nobody approved"):
        body = {"parts": ["مدرسة تعليم الكبار تقدم دورات مسائية."]}
        posted = await amal.post(f"{path}/postings", body, shows=("standing", "counts", "repair"))
        incident = await _incident(story, story.name(posted["id"], "third posting"))
        cleared = {"decision": "cleared"}
        await story.person("jurist").post(f"{incident}/decision", cleared, version=1, shows=("state",))
        await story.heard()
        stands: Any = (await amal.get(f"{path}/postings"))["items"]
        assert [(one["repair"], one["counts"]) for one in stands] == [("cleared-by-review", True)]


async def another_question(story: Story, text: str, word: str, topic: str) -> str:
    """Captured, taken and triaged without a line in the page; its path."""
    amal = story.cast.caller("counsellor-ar")
    body = {"space": story.id("space"), "text": text, "channel": "public", "language": "ar"}
    found = await amal.post(f"{INTAKE}/questions", body)
    path = f"{INTAKE}/questions/{story.name(found['id'], word)}"
    await amal.post(f"{path}/taking", version=1)
    codes = {"level": "information", "legal_class": "general-information", "urgency": "normal", "land": "unknown"}
    await amal.post(f"{path}/triage", {**codes, "topics": [topic]}, version=2)
    await story.hush()
    return path


async def the_person_is_referred_in_two_ways(story: Story) -> None:
    await offices(story.cast)
    story.name(MBE, "office")
    await story.hush()
    amal, desk, holder = story.person("counsellor-ar"), story.person("office-1"), story.person(None)
    async with story.step("6. Referred, twice"):
        address = {"question": story.id("question"), "office": MBE, "mode": "address-only"}
        given = await amal.post(f"{REFERRAL}/referrals", address, shows=("state",))
        story.name(given["id"], "address")
        summary = "Ablehnung der Anerkennung als Pflegefachkraft, Widerspruch gewünscht."
        offer = {**address, "mode": "one-time-code", "summary": summary}
        made = await amal.post(f"{REFERRAL}/referrals", offer, shows=("state",))
        path = f"{REFERRAL}/referrals/{story.name(made['id'], 'referral')}"
        issued = await amal.post(f"{path}/code", {}, version=1)
        code = {"code": story.name(issued["code"], "code")}
        await holder.post(f"{REFERRAL}/codes/status", code, shows=("state",))
        await desk.refused(f"{path}/acceptance", version=2)
        await desk.post(f"{REFERRAL}/codes/redemption", code, shows=("state",))
        await desk.refused(f"{REFERRAL}/codes/redemption", code)
        await desk.get(path, shows=("question", "summary"))
        await desk.post(f"{path}/acceptance", version=3)
        await desk.post(f"{path}/outcome", {"outcome": "first-contact"}, version=4, shows=("state",))
        await holder.post(f"{REFERRAL}/codes/withdrawal", code, shows=("state", "deletion"))
        await desk.post(f"{path}/deletion-confirmation", version=6)
