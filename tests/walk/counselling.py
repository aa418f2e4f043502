"""The story up to the posted answer: a space, a question found there, review, release, posting."""

from datetime import timedelta

from libs.kit.clock import SystemClock, local_day
from tests.walk.story import Story

INTAKE, REVIEW = "/intake/v1", "/review/v1"
TEXT = "وصلني رفض لمعادلة شهادتي كممرضة. هل أستطيع أن أعترض؟ رقمي 0176 12345678"
GIST = "Ablehnung der Anerkennung als Pflegefachkraft; Widerspruch möglich?"
CORE = "Gegen den Bescheid ist binnen eines Monats Widerspruch möglich. Die Frist steht am Ende des Bescheids."
BETTER = "Gegen den Bescheid können Sie binnen eines Monats Widerspruch einlegen (§ 70 VwGO)."
VARIANT = "يمكنك الاعتراض على القرار خلال شهر واحد من استلامه. المهلة مكتوبة في آخر القرار."
LINK = "https://www.youtube.com/watch?v=Kx0demo1234&lc=UgxAnerkennung1"
SHARED = "https://m.youtube.com/watch?si=share&v=Kx0demo1234&lc=UgxAnerkennung1&feature=shared"


async def a_programme_has_a_space(story: Story) -> None:
    async with story.step("1. A programme, and a space in it"):
        await story.person("counsellor-ar").get(f"{INTAKE}/programmes/fem-os", shows=("code",))
        space = {
            "programme": "fem-os",
            "platform": "youtube",
            "kind": "channel",
            "name": "أسئلة الاعتراف بالشهادات",
            "languages": ["ar", "de"],
            "members": 42_000,
            "access": "open",
        }
        made = await story.person("scout").post(f"{INTAKE}/spaces", space, shows=("version",))
        story.name(made["id"], "space")


async def a_question_is_found_there(story: Story) -> None:
    amal = story.person("counsellor-ar")
    async with story.step("2. A question is found there"):
        body = {"space": story.id("space"), "text": TEXT, "gist": GIST, "link": LINK, "channel": "public"}
        found = await amal.post(f"{INTAKE}/questions", body, shows=("language", "language_source", "redacted"))
        assert (found["language"], found["redacted"]) == ("ar", {"phone": 1})
        question = story.name(found["id"], "question")
        # The same comment, shared from a phone: nothing is merged by itself.
        again, told = {**body, "link": SHARED}, {"the same, with": {"link": SHARED}}
        known = await amal.refused(f"{INTAKE}/questions", again, told=told)
        assert [earlier["id"] for earlier in known.extra["earlier"]] == [question]
        same = await amal.post(
            f"{INTAKE}/questions",
            {**again, "relation": "same"},
            shows=("id", "duplicate"),
            told={"the same, with": {"link": SHARED, "relation": "same"}},
        )
        assert same["id"] == question
        seen = await amal.get(f"{INTAKE}/questions/{question}", shows=("text", "link"))
        assert "12345678" not in seen["text"]
        assert seen["link"] == "https://youtube.com/watch?lc=UgxAnerkennung1&v=Kx0demo1234"


async def it_is_taken_triaged_and_submitted(story: Story) -> None:
    amal, coordinator = story.person("counsellor-ar"), story.person("coordinator")
    path = f"{INTAKE}/questions/{story.id('question')}"
    deadline = story.name(str(local_day(SystemClock().now()) + timedelta(days=9)), "in nine days")
    async with story.step("3. Taken, triaged, submitted"):
        await amal.post(f"{path}/taking", version=1)
        triage = {
            "level": "first-counselling",
            "legal_class": "general-information",
            "topics": ["a-competent-authority"],
            "urgency": "normal",
            "land": "de-he",
            "deadline": deadline,
        }
        await amal.post(f"{path}/triage", triage, version=2, shows=("status",))
        await coordinator.post(f"{path}/legal-class", {"legal_class": "individual-examination"}, version=3)
        await coordinator.refused(f"{path}/legal-class", {"legal_class": "general-information"}, version=4)
        seen = await amal.get(path)
        assert seen["due_at"][:10] < deadline
        await story.heard()
        body = {"question": story.id("question"), "core": CORE, "variant": {"language": "ar", "text": VARIANT}}
        made = await amal.post(f"{REVIEW}/submissions", body, shows=("state", "core_version"))
        story.name(made["id"], "submission")


async def a_legal_reviewer_decides_and_a_second_speaker_releases(story: Story) -> None:
    amal, jurist, huda = (story.person(key) for key in ("counsellor-ar", "jurist", "second-reader-ar"))
    path = f"{REVIEW}/submissions/{story.id('submission')}"
    async with story.step("4. Reviewed and released"):
        queue = await jurist.get(f"{REVIEW}/submissions?programme=fem-os&language=ar")
        assert story.id("submission") in [item["id"] for item in queue["items"]]
        await jurist.post(f"{path}/taking", version=1, shows=("state",))
        await jurist.get(path)
        returned = {"core_version": 1, "reasons": ["source-missing"]}
        await jurist.post(f"{path}/return", returned, version=2, shows=("state",))
        await amal.post(f"{path}/revision", {"core": f"{CORE} § 70 VwGO."}, version=3, shows=("state", "core_version"))
        await jurist.post(f"{path}/taking", version=4)
        changed = {"core_version": 2, "core": BETTER}
        await jurist.post(f"{path}/approval", changed, version=5, shows=("state", "core_version"))
        release = {"variant_version": 1, "method": "second-speaker"}
        await huda.refused(f"{path}/release", release, version=6)
        await jurist.refused(f"{path}/confirmation", version=6)
        await amal.post(f"{path}/confirmation", version=6, shows=("state",))
        await amal.refused(f"{path}/release", release, version=7)
        await huda.post(f"{path}/release", release, version=7, shows=("state",))


async def individual_advice_is_impossible_where_only_general_information_is_given(story: Story) -> None:
    chiara, scout = story.person("counsellor-it"), story.cast.caller("scout")
    space = {"programme": "lara", "platform": "facebook", "kind": "page", "name": "Domande", "access": "open"}
    made = await scout.post(f"{INTAKE}/spaces", {**space, "languages": ["it"], "members": 800})
    story.name(made["id"], "page")
    async with story.step("4a. What no policy lets happen"):
        body = {
            "space": made["id"],
            "text": "Il mio capo mi ha licenziata ieri.",
            "channel": "public",
            "language": "it",
        }
        found = await chiara.post(f"{INTAKE}/questions", body)
        path = f"{INTAKE}/questions/{story.name(found['id'], 'other question')}"
        await chiara.post(f"{path}/taking", version=1)
        own_case = {
            "level": "first-counselling",
            "legal_class": "individual-examination",
            "topics": ["c-dismissal"],
            "urgency": "urgent",
            "land": "de-by",
        }
        await chiara.refused(f"{path}/triage", own_case, version=2)
        only_refer, told = {**own_case, "level": "referral"}, {"the same, with": {"level": "referral"}}
        await chiara.post(f"{path}/triage", only_refer, version=2, told=told)
        await story.heard()
        answer = {"question": found["id"], "core": CORE, "variant": {"language": "it", "text": "Può fare ricorso."}}
        await chiara.refused(f"{REVIEW}/submissions", answer)


async def the_released_text_is_posted_by_hand(story: Story) -> None:
    amal, path = story.person("counsellor-ar"), f"{INTAKE}/questions/{story.id('question')}"
    async with story.step("5. Posted by hand"):
        release = await amal.get(f"{path}/release", shows=("text",))
        assert release["text"] == VARIANT
        half = VARIANT.index(" ", len(VARIANT) // 2)
        # Two comments, a greeting by name, line ends and a direction mark that a phone made: still the released text.
        parts = [f"مرحبا سلمى،\r\n{VARIANT[:half]} (1/2)", f"(2/2) {VARIANT[half + 1 :]}\u200f"]
        body = {"parts": parts, "submission": story.id("submission")}
        posted = await amal.post(f"{path}/postings", body, shows=("standing", "counts"))
        assert posted["standing"] == "matching"
        story.name(posted["id"], "posting")
