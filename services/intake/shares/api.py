"""Shares over HTTP: the share sheet's form in, the draft of a capture out.

Nothing is stored and no transaction is opened, so there is nothing another site could bring about in a counsellor's
name; and a form that another site sends carries no token, so it is refused before it is read. What was shared stands in
the body alone, never in an address, which histories, proxies and logs would keep.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from libs.contracts.codes import Role
from libs.edge.bodies import Body, View, clean
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.intake.shares import commands

LIMIT = 64 * 1024
router = Router("shares", "/intake/v1")


def _clean_if_any(text: str) -> str:
    return clean(text) if text else text


# A share sheet sends its fields even where it has nothing to put in them.
SharedText = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_clean_if_any)]


class Shared(Body):
    """The three fields of a share sheet (W3C Web Share Target)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": "¿Cuánto cuesta el reconocimiento?", "url": "https://www.facebook.com/groups/1/posts/2"}
            ]
        }
    )

    title: Annotated[SharedText | None, Field(description="Left out: it mostly names who wrote.")] = None
    text: SharedText | None = None
    url: Annotated[str | None, Field(max_length=2_000)] = None


class Draft(View):
    """What `POST /intake/v1/questions` takes, as far as the share tells it."""

    text: str | None
    link: str | None
    channel: Literal["public"] = "public"


class DraftView(View):
    """`redacted` counts what was taken out of the text, by kind. `link_unreadable`: there was one, and it is left out.

    Rules find identifiers, not people: names may stand in the text, so it is read before it is captured.
    """

    draft: Draft
    redacted: dict[str, int]
    link_unreadable: bool


@router.command(
    "POST",
    "/shares",
    allow=(Role.COUNSELLOR,),
    body=Shared,
    reply=DraftView,
    form=True,
    idempotent=False,
    limit=LIMIT,
    summary="Make the draft of a capture from what a browser shares; nothing is stored",
    errors=("redaction_failed", "malformed_form"),
)
async def draft_from_share(call: Call[Shared]) -> Reply:
    made = commands.draft(call.body.text or None, call.body.url or None)
    view = DraftView(
        draft=Draft(text=made.text, link=made.link),
        redacted=dict(made.redacted),
        link_unreadable=made.link_unreadable,
    )
    return Reply(200, view.model_dump_json().encode())
