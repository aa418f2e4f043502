"""What programmes hear of intake: their policies."""

from libs.contracts.intake import ProgrammeConfigured
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.referral.programmes import queries

subscribers = Subscribers()


@subscribers.on(ProgrammeConfigured)
async def keep_policy(tx: Tx, event: Event[ProgrammeConfigured]) -> None:
    await queries.keep(tx, event.id, event.version, event.fact.effective_from, event.fact.policy)
