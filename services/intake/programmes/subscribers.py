"""What programmes learn again when a database was restored: the policies set since the backup."""

from libs.contracts.intake import ProgrammeConfigured
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.programmes import queries
from services.intake.programmes.domain import Dated

subscribers = Subscribers()


@subscribers.on(ProgrammeConfigured)
async def set_again(tx: Tx, event: Event[ProgrammeConfigured]) -> None:
    dated = Dated(event.version, event.fact.effective_from, event.fact.policy)
    await queries.save(tx, event.id, event.version, event.time, dated)
