"""Signals of need: somewhere people lack something, and nobody asked us."""

from libs.contracts.counting import Counted
from libs.contracts.envelope import fact


@fact("ev.intake.need-signal.{id}.noted.v1")
class NeedSignalNoted(Counted):
    """Somebody who reads in a space noted what is needed there. It stands for no post and no person."""
