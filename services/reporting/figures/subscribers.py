"""The way of a single event: one that the projector could not take with its batch, or that was a dead letter."""

from libs.contracts.envelope import Envelope
from libs.kit.subscribers import Subscribers
from libs.kit.transaction import Tx
from services.reporting.figures import commands
from services.reporting.history.domain import Arrived

subscribers = Subscribers()


@subscribers.on_every
async def project(tx: Tx, envelope: Envelope, raw: bytes) -> None:
    await commands.project(tx, envelope.service, [Arrived(envelope, raw)])
