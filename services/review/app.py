"""Review's composition root: the only wiring."""

from fastapi import FastAPI

from libs.edge.app import Service, assemble
from libs.kit.clock import Clock, SystemClock
from libs.kit.settings import Settings
from libs.kit.timers import Timer
from services.review.answers import api as answers
from services.review.answers import commands as keeping
from services.review.answers.subscribers import subscribers as answer_subscribers
from services.review.decisions import api as decisions
from services.review.decisions import commands as deciding
from services.review.incidents import api as incidents
from services.review.incidents.subscribers import subscribers as incident_subscribers
from services.review.programmes.subscribers import subscribers as programme_subscribers
from services.review.questions.subscribers import subscribers as question_subscribers
from services.review.releases import api as releases
from services.review.submissions import api as submissions
from services.review.submissions.subscribers import subscribers as submission_subscribers
from services.review.supervision import api as supervision


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application; nothing is opened before its lifespan begins."""
    service = Service(
        name="review",
        routers=[
            supervision.router,
            submissions.router,
            decisions.router,
            releases.router,
            answers.router,
            incidents.router,
        ],
        # In this order they run for one event: the copies first, then what rests on them.
        subscribers=[
            programme_subscribers,
            question_subscribers,
            answer_subscribers,
            submission_subscribers,
            incident_subscribers,
        ],
        timers=[
            Timer("decisions.leases", deciding.leases_over, deciding.expire),
            Timer("answers.retention", keeping.over, keeping.drop),
        ],
    )
    return assemble(service, settings, clock or SystemClock())
