"""Keyword lists over HTTP, and the page that tells a scout what to type into which space."""

from typing import Any
from uuid import UUID

from libs.edge.http import Call, Router
from libs.kit.ids import new_id
from libs.kit.transaction import Reply
from services.intake.keywords import commands, domain, queries
from services.intake.keywords.domain import KeywordList
from services.intake.keywords.shapes import (
    ListBody,
    ListFilter,
    ListPage,
    ListRef,
    ListView,
    NewList,
    PhraseView,
    SearchFilter,
    SpacePhrases,
    SpacePhrasesPage,
)
from services.intake.spaces.api import READERS, WRITERS
from services.intake.spaces.domain import Space
from services.intake.spaces.queries import space_by_id, spaces

PREFIX = "/intake/v1"
router = Router("keywords", PREFIX)


@router.command(
    "POST",
    "/keyword-lists",
    allow=WRITERS,
    body=NewList,
    reply=ListRef,
    status=201,
    summary="Add the phrases that are searched for, for a community and a language",
    errors=("keyword_list_exists", "too_many_lists", "personal_data", "repeated"),
)
async def add_list(call: Call[NewList]) -> Reply:
    async with call.transaction() as tx:
        made = KeywordList(id=new_id(), version=1, changed_at=tx.now, **call.body.model_dump())
        await commands.add(tx, made)
        reply = ListRef(id=made.id, version=1)
        return tx.reply(201, reply, version=1, location=f"{PREFIX}/keyword-lists/{made.id}")


@router.get("/keyword-lists", allow=READERS, query=ListFilter, reply=ListPage, summary="Keyword lists")
async def list_lists(call: Call[Any, ListFilter]) -> Reply:
    paging = call.paging("id", tuple[UUID])
    filters = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.listed(tx, filters, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda one: (one.id,), total)
        items = [ListView.model_validate(one, from_attributes=True) for one in shown]
        return tx.reply(200, ListPage(items=items, page=page))


@router.get("/keyword-lists/{id}", allow=READERS, reply=ListView, summary="One keyword list")
async def read_list(call: Call) -> Reply:
    async with call.transaction() as tx:
        found = await queries.list_by_id(tx, call.uuid("id"))
        return tx.reply(200, ListView.model_validate(found, from_attributes=True), version=found.version)


@router.command(
    "PUT",
    "/keyword-lists/{id}",
    allow=WRITERS,
    body=ListBody,
    reply=ListRef,
    if_match=True,
    summary="Write a list's phrases anew",
    errors=("personal_data", "repeated"),
)
async def rewrite_list(call: Call[ListBody]) -> Reply:
    async with call.transaction() as tx:
        saved = await commands.rewrite(tx, call.uuid("id"), call.body.phrases)
        return tx.reply(200, ListRef(id=saved.id, version=saved.version), version=saved.version)


@router.get("/spaces/{id}/search-phrases", allow=READERS, reply=SpacePhrases, summary="What to type into one space")
async def phrases_of_space(call: Call) -> Reply:
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        return tx.reply(200, _phrases(space, await queries.of_programme(tx, space.programme)))


@router.get(
    "/search-phrases",
    allow=READERS,
    query=SearchFilter,
    reply=SpacePhrasesPage,
    summary="What to type into which space, by the spaces' names",
)
async def phrases_of_programme(call: Call[Any, SearchFilter]) -> Reply:
    paging, asked = call.paging("name", tuple[str, UUID]), call.query
    filters = {"programme": asked.programme, "state": asked.state}
    async with call.transaction() as tx:
        rows, total = await spaces(tx, filters, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda space: (space.name, space.id), total)
        lists = await queries.of_programme(tx, asked.programme)
        return tx.reply(200, SpacePhrasesPage(items=[_phrases(space, lists) for space in shown], page=page))


def _phrases(space: Space, lists: list[KeywordList]) -> SpacePhrases:
    found = domain.to_type(words for words in lists if domain.meant_for(words, space))
    return SpacePhrases(
        space=space.id,
        platform=space.platform,
        name=space.name,
        languages=space.languages,
        phrases=[PhraseView.model_validate(phrase, from_attributes=True) for phrase in found],
    )
