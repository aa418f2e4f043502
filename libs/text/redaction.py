"""Takes what rules can find of personal data out of a text before anything is stored: e-mail addresses, telephone
numbers, links, @handles, numbers that stand for one person, dates of birth, streets and postcodes.

It reduces what a text says about a person; it never makes it anonymous: names, stories and towns stay. Dates of
notices, section numbers, amounts and times stay too, because the answer turns on them. Public service
numbers (110, 112, 115, 116 117, 0800 and 0180 numbers, 08000 116 016) stay in questions and in answers alike: they
identify nobody, and an answer must be able to name them.

Telephone numbers are in `phones.py`, the others in `identifiers.py`, `births.py` and `addresses.py`.
Measured by `bench/redaction.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libs.text import identifiers, phones
from libs.text.addresses import addresses
from libs.text.births import births
from libs.text.domains import TOP_LEVEL, looks_like_host
from libs.text.shadow import BIDI_PAIRS, shadow

E_MAIL, PHONE, URL, HANDLE = "e-mail", "phone", "url", "handle"
BIRTH, ADDRESS = "birth-date", "address"
PLACEHOLDERS: Mapping[str, str] = {
    E_MAIL: "[E-Mail]",
    PHONE: "[Telefon]",
    URL: "[Link]",
    HANDLE: "[Profil]",
    identifiers.IBAN: "[IBAN]",
    identifiers.TAX: "[Steuernummer]",
    identifiers.PENSION: "[Versicherungsnummer]",
    identifiers.CASE: "[Kennnummer]",
    identifiers.DOCUMENT: "[Ausweisnummer]",
    identifiers.PLATE: "[Kennzeichen]",
    BIRTH: "[Geburtsdatum]",
    ADDRESS: "[Adresse]",
}

_ROUNDS = 8
_GONE = "\x00"


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and how many places of each code of `PLACEHOLDERS` went."""

    text: str
    found: Mapping[str, int]


class RedactionFailed(Exception):
    """The text could not be redacted; whoever asked must refuse it. Holds nothing of the text."""


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    code: str


def redact(text: str) -> Redacted:
    """The text without what rules can find; redacting twice changes nothing more.

    Fails closed: any error becomes `RedactionFailed`, never the text as it came.
    """
    try:
        return _redact(text)
    except Exception:  # noqa: BLE001 - fails closed
        raise RedactionFailed from None


def contains_personal_data(text: str, *, in_answer: bool = False) -> tuple[str, ...]:
    """The codes of what `redact` would take out, in a fixed order. Raises `RedactionFailed` when it cannot tell.

    `in_answer`: links and addresses are allowed, as an answer must name its sources and offices; an e-mail address or
    a private number inside a link is still reported.
    """
    try:
        plain = shadow(text).text
        codes = {code for hit in _find(plain) for code in (_inside(plain, hit) if in_answer else [hit.code])}
    except Exception:  # noqa: BLE001 - fails closed
        raise RedactionFailed from None
    return tuple(code for code in PLACEHOLDERS if code in codes)


def _redact(text: str) -> Redacted:
    found = dict.fromkeys(PLACEHOLDERS, 0)
    for _ in range(_ROUNDS):
        twin = shadow(text)
        hits = _find(twin.text)
        if not hits:
            return Redacted(text, {code: count for code, count in found.items() if count})
        # From the end, so that the places before a cut stay where they are.
        for hit in reversed(hits):
            start, end = twin.span(hit.start, hit.end, text)
            marks = "".join(filter(BIDI_PAIRS.__contains__, text[start:end]))
            text = text[:start] + PLACEHOLDERS[hit.code] + marks + text[end:]
            found[hit.code] += 1
    # A placeholder can bring two remains together. What does not settle is no prose and is refused.
    raise RedactionFailed


def _find(plain: str) -> list[_Hit]:
    """All hits in order, none overlapping. What one rule took, the next does not see."""
    hits: list[_Hit] = []
    for rule in _RULES:
        for hit in list(rule(plain)):
            if _GONE not in plain[hit.start : hit.end]:
                plain = plain[: hit.start] + _GONE * (hit.end - hit.start) + plain[hit.end :]
                hits.append(hit)
    return sorted(hits, key=lambda hit: hit.start)


# --- links

_REST = r"[^\s<>\"\x00]"
_FULL_URL = re.compile(rf"(?:(?<![a-z0-9])[a-z][a-z0-9+.\-]{{1,15}}://|(?<!\w)www\d?\.(?=\w)){_REST}+", re.IGNORECASE)
_BARE_URL = re.compile(
    rf"(?<![\w@.\-])((?:[\w\-]{{1,63}}\.){{1,20}}(?:xn--[a-z0-9\-]{{2,59}}|[^\W\d_]{{2,24}}))(?![\w\-])(:\d{{2,5}})?([/?#]{_REST}*)?",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?…'\"`)]}»“”’›،؛؟।。*_~|\\"


def _full_urls(plain: str) -> Iterator[_Hit]:
    for match in _FULL_URL.finditer(plain) if "://" in plain or "www" in plain.lower() else ():
        address = match[0].rstrip(_CLOSING)
        if not address.endswith("/") or address.count("/") > 2:
            yield _Hit(match.start(), match.start() + len(address), URL)


def _bare_urls(plain: str) -> Iterator[_Hit]:
    for match in _BARE_URL.finditer(plain):
        host, port, rest = match[1], match[2] or "", match[3] or ""
        length = looks_like_host(host, certain=rest.startswith("/"))
        if length == len(host):
            length += len((port + rest).rstrip(_CLOSING))
        if length:
            yield _Hit(match.start(), match.start() + length, URL)


_WHATSAPP = re.compile(r"(?:wa\.me|whatsapp\.com)/\D{0,40}\d{7}", re.IGNORECASE)


def _inside(plain: str, hit: _Hit) -> list[str]:
    """What an answer must not hold even though links are allowed: nothing, or the codes of what sits in the link."""
    if hit.code != URL:
        return [] if hit.code == ADDRESS else [hit.code]
    address = plain[hit.start : hit.end]
    mail = [E_MAIL] if any(_e_mails(address.replace("%40", "@"))) else []
    return mail + ([PHONE] if _WHATSAPP.search(address) else [])


# --- e-mail

_E_MAIL = re.compile(r"[^\s@<>()\[\]{},;:\"'„“”«»\\/|!?=&،؛؟\x00]{1,64}+@((?:[\w\-]{1,63}[.。]){0,10}[\w\-]{2,63})")
_AT = r"(?:\s{0,2}[\[({<]\s?(?:at|ät|a|@)\s?[\])}>]\s{0,2}|\s{1,2}@\s{0,2}|@\s{1,2})"
_DOT = r"(?:\s?\.\s?|\s?[\[({]\s?(?:dot|punkt|\.)\s?[\])}]\s?)"
_MAY_BE_SPELT = re.compile(r"[@\[({<]")
_SPELT_MAIL = re.compile(
    rf"(?<![\w.+\-])[\w.+\-]{{1,64}}{_AT}(?:[\w\-]{{1,63}}{_DOT}){{1,5}}([^\W\d_]{{2,24}})(?![\w\-])", re.IGNORECASE
)


def _spelt_e_mails(plain: str) -> Iterator[_Hit]:
    """`anna (at) gmx (punkt) de`, `anna @ gmx . de`."""
    for match in _SPELT_MAIL.finditer(plain) if _MAY_BE_SPELT.search(plain) else ():
        if match[1].lower() in TOP_LEVEL:
            yield _Hit(match.start(), match.end(), E_MAIL)


def _e_mails(plain: str) -> Iterator[_Hit]:
    """`anna@gmx.de`, and `anna@gmx` with its ending forgotten."""
    for match in _E_MAIL.finditer(plain) if "@" in plain else ():
        if any(map(str.isalpha, match[1])):
            yield _Hit(match.start(), match.end(), E_MAIL)


# --- handles

_HANDLE = re.compile(r"(?<!\w)@([^\s@,;:!?()\[\]{}<>\"'„“”«»/\\|،؛؟…\x00]{2,60})")


def _handles(plain: str) -> Iterator[_Hit]:
    """`@` and two or more characters of any script, one of them a letter: `@15` is a price or a time."""
    for match in _HANDLE.finditer(plain) if "@" in plain else ():
        name = match[1].rstrip(_CLOSING + "-")
        if len(name) >= 2 and any(map(str.isalpha, name)):
            yield _Hit(match.start(), match.start() + 1 + len(name), HANDLE)


def _phones(plain: str) -> Iterator[_Hit]:
    for start, end in phones.private_numbers(plain):
        yield _Hit(start, end, PHONE)


# --- numbers of a person, birth, home


def _identifiers(plain: str) -> Iterator[_Hit]:
    for start, end, code in identifiers.personal_numbers(plain):
        yield _Hit(start, end, code)


def _births(plain: str) -> Iterator[_Hit]:
    for start, end in births(plain):
        yield _Hit(start, end, BIRTH)


def _addresses(plain: str) -> Iterator[_Hit]:
    for start, end in addresses(plain):
        yield _Hit(start, end, ADDRESS)


# The surest first; telephone numbers last, for their rule takes most of what is left.
_RULES = (
    *(_full_urls, _spelt_e_mails, _e_mails, _bare_urls, _handles),
    *(_identifiers, _births, _addresses, _phones),
)
