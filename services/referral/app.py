"""Referral's composition root: the only wiring."""

from fastapi import FastAPI

from libs.edge.app import Service, assemble
from libs.kit.clock import Clock, SystemClock
from libs.kit.settings import Settings
from libs.kit.timers import Timer
from services.referral.codes import api as codes
from services.referral.directory import api as directory
from services.referral.programmes.subscribers import subscribers as programme_subscribers
from services.referral.questions.subscribers import subscribers as question_subscribers
from services.referral.referrals import api as referrals
from services.referral.referrals import commands, queries
from services.referral.referrals.subscribers import subscribers as referral_subscribers


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application; nothing is opened before its lifespan begins."""
    service = Service(
        name="referral",
        routers=[directory.router, referrals.router, codes.router],
        # A hold reaches the question first: a referral that is being made meanwhile is then found and held, too.
        subscribers=[programme_subscribers, question_subscribers, referral_subscribers],
        timers=[
            Timer("referrals.expiry", queries.run_out, commands.expire),
            Timer("referrals.deletions", queries.unanswered, commands.stop_waiting),
        ],
    )
    return assemble(service, settings, clock or SystemClock())
