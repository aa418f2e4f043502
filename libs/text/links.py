"""One address for one post or comment, however it was shared, so that the same link is known again.

What names a post on each platform is in `platform_links.py`; for every other site RFC 3986 section 6 decides (case,
ports, dot segments, percent-encoding), and what only tracks or keeps a session goes. Works offline: links a platform
shortened (`facebook.com/share/...`, `vm.tiktok.com`, `fb.watch`) cannot be resolved and keep their path.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit

import idna

from libs.text.platform_links import Link, Pairs, fold_host, name_post

MAX_LENGTH = 2_000

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_\-]{1,63}(?:\.[a-z0-9_\-]{1,63})*|\[[0-9a-f:.]{2,45}\]")


def canonical(url: str) -> str | None:
    """The canonical link of a post, comment id included; canonical of a canonical link is itself.

    None for what is not an http(s) URL with a host, of at most 2,000 characters before and after. Never raises.
    """
    link = _parse(url.strip()) if len(url) <= MAX_LENGTH else None
    if link is None:
        return None
    link = fold_host(link)
    text = str(name_post(link) or _elsewhere(link))
    return text if len(text) <= MAX_LENGTH else None


def _parse(url: str) -> Link | None:
    if _FORBIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), _port(parts)
    except ValueError:
        # Brackets that hold no address, a port that is no number, a name no registry could have given out.
        return None
    if parts.scheme not in ("http", "https") or _HOST.fullmatch(host) is None:
        return None
    return Link(host, port, _segments(parts.path), _pairs(parts.query), _escaped(parts.fragment))


def _host(name: str) -> str:
    name = name.rstrip(".")
    if ":" in name:
        return f"[{name}]"
    return name if name.isascii() else idna.encode(name[:253], uts46=True).decode("ascii")


def _port(parts: SplitResult) -> int | None:
    """The port where it is not the default one. The canonical link is https, so 443 is the default either way."""
    return None if parts.port == 443 or (parts.scheme == "http" and parts.port == 80) else parts.port


# --- path and query

_SPELLING = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*,;=:@]")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
_SESSION_PART = re.compile(r";(?:jsessionid|phpsessid|sid)=.*", re.IGNORECASE)


def _escaped(part: str) -> str:
    """One spelling: unreserved characters plain, all else as upper-case percent escapes of UTF-8 (RFC 3986, 6.2.2)."""

    def spell(match: re.Match[str]) -> str:
        if len(match[0]) == 1:
            return quote(match[0], safe="")
        plain = chr(int(match[0][1:], 16))
        return plain if _UNRESERVED.fullmatch(plain) else match[0].upper()

    return _SPELLING.sub(spell, part)


def _segments(path: str) -> tuple[str, ...]:
    kept: list[str] = []
    for raw in path.split("/"):
        segment = _SESSION_PART.sub("", _escaped(raw))
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return tuple(kept)


def _pairs(query: str) -> Pairs:
    pairs = set()
    for field in query.replace("+", " ").split("&"):
        key, _, value = field.partition("=")
        if key:
            pairs.add((_escaped(key), _escaped(value)))
    return tuple(sorted(pairs))


# --- sites without rules of their own

_TRACKING = re.compile(
    r"(?:utm|mc|hsa|pk|mtm|matomo|oly|vero)_.*|__(?:cft|xts|tn|hstc|hssc|hsfp)__.*|notif_(?:id|t)"
    r"|(?:fb|g|dc|yc|tt|tw)clid|msclkid|wbraid|gbraid|li_fat_id|_g[al]|igsh|igshid|mibextid|rdid|_rdr|rdr|sfnsn|paipv|extid"
    r"|si|ref|refid|refsrc|ref_(?:src|url|component|page|type)|fref|hc_(?:ref|location)|share_(?:id|url|app_id)|spm|cmpid"
    r"|phpsessid|jsessionid",
    re.IGNORECASE,
)
_SESSION = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
# Fragments that name a comment: #comment-12, #p12, #post_12, #msg12, #findComment-12.
_COMMENT = re.compile(
    r"(?:p|c|pid|post|postid|comment|comment-?id|findcomment|kommentar|beitrag|msg|message|reply|answer|entry)"
    r"[-_=]?(\d{1,19})",
    re.IGNORECASE,
)


def _elsewhere(link: Link) -> Link:
    query = tuple((key, value) for key, value in link.query if not _only_tracks(key, value))
    named = _COMMENT.fullmatch(link.fragment)
    # `viewtopic.php?p=12#p12` says it twice; `?p=12` alone is the same post.
    said = named is not None and any(value == named[1] for _, value in query)
    return Link(link.host, link.port, link.segments, query, link.fragment if named and not said else "")


def _only_tracks(key: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(key)) or (key in ("s", "sid") and bool(_SESSION.fullmatch(value)))
