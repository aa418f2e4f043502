"""What review hears of programmes: their policies, dated."""

from libs.contracts.intake import ProgrammeConfigured
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.review.programmes import queries

subscribers = Subscribers()


@subscribers.on(ProgrammeConfigured)
async def keep_policy(tx: Tx, event: Event[ProgrammeConfigured]) -> None:
    policy = event.fact.policy.model_dump(mode="json")
    await queries.keep_policy(tx, event.programme, event.version, event.fact.effective_from, policy)
