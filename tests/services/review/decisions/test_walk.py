"""Walk point 4: a legal reviewer sees the queue, takes an item and decides; the variant is released."""

from tests.services.review.situation import CORE, Situation


async def test_smoke(here: Situation) -> None:
    released = await here.released()
    assert released["state"] == "released"
    assert released["answer"]
    print(await here.read(released))
    print(await here.types(released["id"]))
    print(await here.stored(CORE[:20]))
    german = await here.german()
    done = await here.approved(german)
    print(done)
    print(await here.jurist.get("/review/v1/submissions"))
    print(await here.jurist.get("/review/v1/answers"))
    print(await here.jurist.get("/review/v1/reviewers"))
