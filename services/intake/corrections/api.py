"""Texts about claims over HTTP: what was asked of review, and the text it released."""

from datetime import datetime
from uuid import UUID

from libs.contracts.codes import LegalClass, Role, Urgency
from libs.contracts.intake_misinformation import ReplyKind
from libs.edge.bodies import Action, View
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply, Tx
from services.intake.corrections import domain, queries
from services.intake.corrections.domain import Correction, Status
from services.intake.postings.domain import Release
from services.intake.postings.queries import latest_release

PREFIX = "/intake/v1"
router = Router("misinformation", PREFIX)
WRITERS = (Role.COUNSELLOR, Role.COORDINATOR)
READERS = (*WRITERS, Role.LEGAL_REVIEWER, Role.SECOND_READER)


class CorrectionRef(View):
    """`id` is what a submission to review names as its question."""

    id: UUID
    version: int
    claim: UUID
    status: Status
    language: str
    kind: ReplyKind


class ReleasedView(View):
    """What review released for it last. Once `withdrawn_at` is set it may no longer be posted."""

    submission: UUID
    text: str | None
    released_at: datetime
    withdrawn_at: datetime | None


class CorrectionView(CorrectionRef):
    programme: str
    legal_class: LegalClass
    urgency: Urgency
    requested_at: datetime
    released: ReleasedView | None
    actions: list[Action]


class CorrectionList(View):
    items: list[CorrectionView]


@router.get("/corrections/{id}", allow=READERS, reply=CorrectionView, summary="One text, and what review released")
async def read_correction(call: Call) -> Reply:
    async with call.transaction() as tx:
        correction = await queries.correction_by_id(tx, call.uuid("id"))
        return tx.reply(200, await view(tx, correction), version=correction.version)


async def view(tx: Tx, correction: Correction) -> CorrectionView:
    release = await latest_release(tx, correction.id)
    reason = domain.refuse_ending(correction)
    code = reason.code if reason else None
    if tx.actor.role_in(correction.programme, WRITERS) is None:
        code = "role_missing"
    href = f"{PREFIX}/corrections/{correction.id}/ending"
    return CorrectionView(
        **ref(correction).model_dump(),
        programme=correction.programme,
        legal_class=correction.legal_class,
        urgency=correction.urgency,
        requested_at=correction.requested_at,
        released=_released(release),
        actions=[Action(name="end", method="POST", href=href, allowed=code is None, reason=code)],
    )


def ref(correction: Correction) -> CorrectionRef:
    return CorrectionRef.model_validate(correction, from_attributes=True)


def _released(release: Release | None) -> ReleasedView | None:
    return ReleasedView.model_validate(release, from_attributes=True) if release else None
