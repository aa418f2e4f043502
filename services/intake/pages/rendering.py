"""The public page as HTML: no script, nothing loaded from elsewhere, readable on any phone and by any screen reader."""

import tomllib
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from libs.text.tags import direction, primary
from services.intake.pages.shapes import PageView, ShownAccount, TextView

WORDS = Path(__file__).parents[1] / "page_words.toml"
STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}nav a,li a{display:inline-block;padding:.4rem .3rem}h2{font-size:1.15rem;margin-top:2rem}"
    "p{white-space:pre-line}:focus-visible{outline:3px solid #0b57d0}"
)


@cache
def _shipped() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def headings(language: str) -> dict[str, str]:
    """The page's headings in a language, or in English."""
    return _shipped().get(primary(language)) or _shipped()["en"]


def rendered(page: PageView, text: TextView) -> str:
    """The whole page in one of its languages."""
    say = {name: escape(words) for name, words in headings(text.language).items()}
    parts = [
        f"<h1>{escape(page.name)}</h1>",
        f"<p><strong>{say['ended']}</strong></p>" if page.ended else "",
        _section(say["successor"], _successor(page)) if page.successor else "",
        _section(say["offer"], f"<p>{escape(text.offer)}</p>"),
        _section(say["contact"], f"<p>{escape(text.contact)}</p>"),
        _section(say["accounts"], _accounts(page.accounts, say["unused"])) if page.accounts else "",
        _section(say["funder"], f"<p>{escape(page.funder)}</p>"),
        _section(say["term"], f'<p><bdi dir="ltr">{page.term_start} – {page.term_end}</bdi></p>'),
        f"<p>{_link(text.privacy, say['privacy'])}</p>",
    ]
    return _document(page, text, "\n".join(filter(None, parts)))


def _document(page: PageView, text: TextView, main: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{escape(text.language)}" dir="{text.direction}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(page.name)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{_languages(page.texts, text.language)}\n<main>\n{main}\n</main>\n"
        "</body>\n</html>\n"
    )


def _languages(texts: Iterable[TextView], shown: str) -> str:
    current = ' aria-current="page"'
    links = "".join(
        f'<a lang="{one.language}" hreflang="{one.language}" dir="{direction(one.language)}" href="{one.href}"'
        f"{current if one.language == shown else ''}>{one.language}</a> "
        for one in texts
    )
    return f'<nav aria-label="Languages">{links}</nav>'


def _accounts(accounts: Iterable[ShownAccount], unused: str) -> str:
    items = "".join(f"<li>{_account(one)}{'' if one.in_use else f' ({unused})'}</li>" for one in accounts)
    return f"<ul>{items}</ul>"


def _account(account: ShownAccount) -> str:
    label = f"<bdi>{escape(account.label)}</bdi> ({escape(account.platform)})"
    return label if account.link is None or not account.in_use else _link(account.link, label)


def _successor(page: PageView) -> str:
    assert page.successor is not None
    name = f"<bdi>{escape(page.successor.name)}</bdi>"
    return f"<p>{_link(page.successor.link, name) if page.successor.link else name}</p>"


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{heading}</h2>{content}</section>"


def _link(href: str, markup: str) -> str:
    return f'<a href="{escape(href)}" rel="noreferrer">{markup}</a>'
