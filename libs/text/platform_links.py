"""What names a post or comment on the platforms where questions are found. The rest of their addresses is decoration.

Written from the address forms that the platforms' own share buttons produce (state of 2026). Where a user name is not
needed to find the post it is left out: a link says no more about a person than it must.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Link:
    """A parsed https link: lower-case ASCII host, segments and query pairs in one percent spelling, pairs sorted."""

    host: str
    port: int | None
    segments: tuple[str, ...]
    query: Pairs
    fragment: str

    def __str__(self) -> str:
        port = f":{self.port}" if self.port is not None else ""
        path = "".join(f"/{segment}" for segment in self.segments)
        query = "&".join(f"{key}={value}" if value else key for key, value in self.query)
        return (
            f"https://{self.host}{port}{path}{'?' if query else ''}{query}{'#' if self.fragment else ''}{self.fragment}"
        )

    def value(self, *keys: str) -> str:
        """The value of the first of these keys that has one, or an empty string."""
        found = dict(self.query)
        return next((found[key] for key in keys if found.get(key)), "")


# --- hosts

_MOBILE = re.compile(r"(?:(?:www|m|mobile|amp)\.(?=[^.]+\.[^.]))+")
_HOSTS = [
    (re.compile(pattern), main)
    for pattern, main in (
        (r"(?:(?:mbasic|touch|web|iphone|free|x|d|p|[a-z]{2}-[a-z]{2})\.)?(?:facebook|fb)\.com", "facebook.com"),
        (r"instagram\.com|instagr\.am", "instagram.com"),
        (r"t\.me|telegram\.(?:me|dog)", "t.me"),
        (r"(?:music\.)?(?:youtube|youtube-nocookie)\.com", "youtube.com"),
        (r"(?:(?:old|np|new|sh|i|ssl|pay)\.)?reddit\.com", "reddit.com"),
        (r"twitter\.com|x\.com", "x.com"),
        (r"(?:new\.)?(?:vk\.(?:com|ru)|vkontakte\.ru)", "vk.com"),
    )
]
_TELEGRAM_NAME = re.compile(r"([a-z0-9_]{4,32})\.t\.me")


def fold_host(link: Link) -> Link:
    """The same link at the platform's main host; elsewhere without `www.`, `m.`, `mobile.` and `amp.`."""
    host = _MOBILE.sub("", link.host, count=1) if _MOBILE.match(link.host) else link.host
    for pattern, main in _HOSTS:
        if pattern.fullmatch(host):
            return replace(link, host=main, port=None)
    if owner := _TELEGRAM_NAME.fullmatch(host):
        return replace(link, host="t.me", port=None, segments=(owner[1], *link.segments))
    return replace(link, host=host)


def name_post(link: Link) -> Link | None:
    """The shortest link that names the same post, or None where this is no post form we know. Expects a folded host."""
    rule = _RULES.get(link.host)
    return rule(link) if rule else None


def _post(link: Link, *segments: str, **query: str) -> Link:
    return Link(link.host, None, segments, tuple(sorted((key, value) for key, value in query.items() if value)), "")


# --- one rule per platform

_PHOTO_PAGES, _VIDEO_PAGES = ("photo", "photo.php", "photos"), ("watch", "video.php", "videos")


def _facebook(link: Link) -> Link | None:
    page: tuple[str, ...]
    match link.segments:
        case ("share", *_):
            return _post(link, *link.segments)
        case ("groups", group, *rest):
            page = ("groups", group.lower(), "posts", _group_post(link, rest))
        case ("permalink.php" | "story.php",):
            page = (link.value("id"), "posts", link.value("story_fbid"))
        case (first, *_) if first in _PHOTO_PAGES and link.value("fbid"):
            return _post(link, "photo", fbid=link.value("fbid"), **_facebook_comment(link))
        case (first, *_) if first in _VIDEO_PAGES and link.value("v"):
            return _post(link, "watch", v=link.value("v"), **_facebook_comment(link))
        case (_, "photos", *_, picture) if picture.isdigit():
            return _post(link, "photo", fbid=picture, **_facebook_comment(link))
        case (_, "videos", *_, video) if video.isdigit():
            return _post(link, "watch", v=video, **_facebook_comment(link))
        case ("reel", reel, *_):
            page = ("reel", reel)
        case (owner, "posts", *_, post):
            page = (owner.lower(), "posts", post)
        case _:
            return None
    return _post(link, *page, **_facebook_comment(link)) if all(page) else None


def _group_post(link: Link, rest: list[str]) -> str:
    """`/posts/P`, `/permalink/P`, `/posts/words-of-the-post/P`, `?multi_permalinks=P` or `?view=permalink&id=P`."""
    if len(rest) >= 2 and rest[0] in ("posts", "permalink"):
        return rest[-1]
    post = link.value("multi_permalinks") or (link.value("id") if link.value("view") == "permalink" else "")
    return post if post.isdigit() and not rest else ""


def _facebook_comment(link: Link) -> dict[str, str]:
    return {key: _comment_number(link.value(key)) for key in ("comment_id", "reply_comment_id")}


def _comment_number(value: str) -> str:
    """The comment's own number out of `123`, `<post>_123` or the Base64 of `comment:<post>_123`."""
    if value.startswith("Y29tbWVud"):
        try:
            value = b64decode(unquote(value), validate=True).decode("ascii")
        except ValueError:
            return value
    return found[1] if (found := _COMMENT_NUMBER.fullmatch(value)) else quote(value, safe="%")


_COMMENT_NUMBER = re.compile(r"(?:comment:)?(?:[0-9]+_)*([0-9]+)")


def _instagram(link: Link) -> Link | None:
    match link.segments:
        case ("share", *_):
            return _post(link, *link.segments)
        case ("p" | "reel" | "reels" | "tv", code, *rest) | (_, "p" | "reel" | "tv", code, *rest):
            return _post(link, "p", code, *(rest[:4] if rest[:1] == ["c"] else ()))
        case _:
            return None


def _telegram(link: Link) -> Link | None:
    segments = link.segments[1:] if link.segments[:1] == ("s",) else link.segments
    match segments:
        case ("c", chat, *_, message) if message.isdigit():
            return _post(link, "c", chat, message, comment=link.value("comment"))
        case (name, *_, message) if message.isdigit():
            return _post(link, name.lower(), message, comment=link.value("comment"))
        case _:
            return replace(link, segments=segments) if segments != link.segments else None


def _youtube(link: Link) -> Link | None:
    comment = link.value("lc")
    match link.segments:
        case ("shorts" | "live" | "embed" | "v" | "e", video, *_):
            return _post(link, "watch", v=video, lc=comment)
        case ("watch", *_) if link.value("v"):
            return _post(link, "watch", v=link.value("v"), lc=comment)
        case ("post", post):
            return _post(link, "post", post, lc=comment)
        case (*_, "community") if link.value("lb"):
            return _post(link, "post", link.value("lb"), lc=comment)
        case _:
            return None


def _youtu_be(link: Link) -> Link | None:
    watch = replace(link, host="youtube.com")
    return _post(watch, "watch", v=link.segments[0], lc=link.value("lc")) if link.segments else None


def _tiktok(link: Link) -> Link | None:
    match link.segments:
        case (user, "video" | "photo" as kind, item, *_) if user.startswith("@"):
            return _post(link, user.lower(), kind, item, cid=link.value("cid"))
        case ("t", short):
            return _post(link, "t", short)
        case _:
            return None


def _short(link: Link) -> Link:
    return _post(link, *link.segments)


def _reddit(link: Link) -> Link | None:
    match link.segments:
        case ("comments", post, *rest) | (_, _, "comments", post, *rest):
            comment = ("_", rest[1].lower()) if len(rest) > 1 else ()
            return _post(link, "comments", post.lower(), *comment)
        case ("gallery", post):
            return _post(link, "comments", post.lower())
        case _:
            return None


def _redd_it(link: Link) -> Link | None:
    reddit = replace(link, host="reddit.com")
    return _post(reddit, "comments", link.segments[0].lower()) if len(link.segments) == 1 else None


def _x(link: Link) -> Link | None:
    match link.segments:
        case (_, "status" | "statuses", post, *_) | ("i", "web", "status", post, *_):
            return _post(link, "i", "status", post)
        case _:
            return None


_VK_POST = re.compile(r"((?:wall|topic|photo|video|clip)-?[0-9]+_[0-9]+)(?:_r([0-9]+))?")


def _vk(link: Link) -> Link | None:
    """`/wall-1_2?reply=3`, `/club1?w=wall-1_2_r3`, `/topic-1_2?post=3`."""
    for place in (link.value("w", "z"), *link.segments[:1]):
        if found := _VK_POST.match(place):
            reply = found[2] or link.value("reply")
            return _post(link, found[1], reply=reply, post=link.value("post") if found[1].startswith("topic") else "")
    return None


_RULES: Mapping[str, Callable[[Link], Link | None]] = {
    "facebook.com": _facebook,
    "fb.watch": _short,
    "instagram.com": _instagram,
    "t.me": _telegram,
    "youtube.com": _youtube,
    "youtu.be": _youtu_be,
    "tiktok.com": _tiktok,
    "vm.tiktok.com": _short,
    "vt.tiktok.com": _short,
    "reddit.com": _reddit,
    "redd.it": _redd_it,
    "x.com": _x,
    "vk.com": _vk,
}
