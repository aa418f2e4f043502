"""Intake's composition root: the only wiring."""

import asyncio
import tomllib
from datetime import date
from pathlib import Path

from fastapi import FastAPI

from libs.contracts.codes import Land
from libs.contracts.intake import Policy
from libs.edge.app import Service, assemble
from libs.kit.actor import SYSTEM
from libs.kit.clock import Clock, SystemClock
from libs.kit.database import Database
from libs.kit.settings import Settings
from libs.kit.timers import Timer
from libs.kit.transaction import Cause
from libs.text.language import suggest
from libs.text.redaction import redact
from services.intake.accounts import api as accounts
from services.intake.answered import api as answered
from services.intake.campaigns import api as campaigns
from services.intake.campaigns.subscribers import subscribers as campaign_subscribers
from services.intake.channels import api as channels
from services.intake.corrections import api as corrections
from services.intake.erasure import api as erasure
from services.intake.erasure import commands as erasing
from services.intake.erasure.subscribers import subscribers as erasure_subscribers
from services.intake.hate import api as hate
from services.intake.imports import api as imports
from services.intake.keywords import api as keywords
from services.intake.misinformation import api as misinformation
from services.intake.misinformation import commands as claims
from services.intake.misinformation.subscribers import subscribers as claim_subscribers
from services.intake.needs import api as needs
from services.intake.observations import api as observations
from services.intake.pages import api as pages
from services.intake.partners import api as partners
from services.intake.postings import api as postings
from services.intake.postings.subscribers import subscribers as posting_subscribers
from services.intake.programmes import api as programmes
from services.intake.programmes.commands import configure_missing
from services.intake.programmes.subscribers import subscribers as programme_subscribers
from services.intake.questions import api as questions
from services.intake.questions.deadlines import working_day_before
from services.intake.questions.subscribers import subscribers as question_subscribers
from services.intake.replies import api as replies
from services.intake.replies.subscribers import subscribers as reply_subscribers
from services.intake.shares import api as shares
from services.intake.spaces import api as spaces
from services.intake.spreadsheets import api as spreadsheets

SHIPPED = Path(__file__).with_name("programmes.toml")


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application; nothing is opened before its lifespan begins."""
    service = Service(
        name="intake",
        routers=[
            *(programmes.router, accounts.router, pages.router),
            *(spaces.router, observations.router, partners.router),
            *(keywords.router, channels.router, spreadsheets.router),
            *(needs.router, shares.router, imports.router, questions.router),
            *(postings.router, answered.router, erasure.router),
            *(corrections.router, misinformation.router, replies.router, hate.router),
            campaigns.router,
        ],
        subscribers=[
            *(programme_subscribers, question_subscribers, posting_subscribers, erasure_subscribers),
            *(claim_subscribers, reply_subscribers, campaign_subscribers),
        ],
        timers=[
            Timer("erasure.comments", erasing.comments_overdue, erasing.go_on_without_answer),
            Timer("erasure.working-records", erasing.working_records_over, erasing.retire),
            Timer("erasure.links", erasing.links_over, erasing.forget_links),
            Timer("misinformation.working-records", claims.over, claims.retire),
            Timer("misinformation.links", claims.links_over, claims.forget_link),
        ],
        seed=seed,
    )
    return assemble(service, settings, clock or SystemClock())


async def seed(db: Database) -> None:
    """Set the shipped programmes that do not exist yet, and load what would make the first capture wait."""
    await asyncio.to_thread(_warm)
    for code, shipped in tomllib.loads(SHIPPED.read_text()).items():
        async with db.transaction(Cause(SYSTEM)) as tx:
            effective_from: date = shipped["effective_from"]
            await configure_missing(tx, code, effective_from, Policy.model_validate(shipped["policy"]))


def _warm() -> None:
    # The language model and the holidays take most of a second to load; here nobody waits for them.
    suggest("Guten Tag", ("de", "en"))
    redact("Guten Tag")
    working_day_before(date(2026, 1, 2), Land.FEDERAL)
