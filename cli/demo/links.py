"""Invented links of posts and comments, each in the form of the browser's address line and in one that a phone or a
share button gives for the very same post."""

from collections.abc import Callable

# The first number stands for the run and the space, the second for the post.
Forms = tuple[Callable[[int, int], str], Callable[[int, int], str]]
FORMS: dict[str, Forms] = {
    "facebook": (
        lambda group, post: f"https://www.facebook.com/groups/{group}/posts/{post}/?comment_id={post + 7}",
        lambda group, post: (
            f"https://m.facebook.com/groups/{group}/permalink/{post}/?comment_id={post + 7}&fbclid=IwAR0&mibextid=K1"
        ),
    ),
    "instagram": (
        lambda group, post: f"https://www.instagram.com/p/D{group}x{post}/",
        lambda group, post: (
            f"https://instagram.com/p/D{group}x{post}/?igsh=MzRlODBiNWFlZA==&utm_source=ig_web_copy_link"
        ),
    ),
    "telegram": (
        lambda group, post: f"https://t.me/musterkanal{group}/{post}",
        lambda group, post: f"https://telegram.me/s/musterkanal{group}/{post}?single",
    ),
    "tiktok": (
        lambda group, post: f"https://www.tiktok.com/@muster{group}/video/7{post:018d}",
        lambda group, post: f"https://m.tiktok.com/@muster{group}/video/7{post:018d}?is_from_webapp=1&sender_device=pc",
    ),
    "youtube": (
        lambda group, post: f"https://www.youtube.com/watch?v={_video(group)}&lc=Ugx{post:011d}AaABAg",
        lambda group, post: (
            f"https://m.youtube.com/watch?si=demo&v={_video(group)}&lc=Ugx{post:011d}AaABAg&feature=share"
        ),
    ),
    "reddit": (
        lambda group, post: f"https://www.reddit.com/r/musterland/comments/{group:x}/frage/c{post:x}/",
        lambda group, post: f"https://old.reddit.com/r/musterland/comments/{group:x}/frage/c{post:x}/?utm_medium=share",
    ),
    "vk": (
        lambda group, post: f"https://vk.com/wall-{group}_{post}",
        lambda group, post: f"https://m.vk.com/wall-{group}_{post}?from=groups",
    ),
    "x-twitter": (
        lambda group, post: f"https://x.com/muster{group}/status/{post}",
        lambda group, post: f"https://mobile.twitter.com/muster{group}/status/{post}?s=20&t=demo",
    ),
    "forum": (
        lambda group, post: f"https://forum.example.org/viewtopic.php?t={group}&p={post}#p{post}",
        lambda group, post: f"http://www.forum.example.org/viewtopic.php?p={post}&t={group}&utm_source=share#p{post}",
    ),
    "other-platform": (
        lambda group, post: f"https://example.org/{group}/frage/{post}",
        lambda group, post: f"https://m.example.org/{group}/frage/{post}?utm_campaign=demo&ref=share",
    ),
}


def pair(platform: str, group: int, post: int) -> tuple[str, str] | None:
    """The same post twice; None where posts have no link (a closed chat)."""
    forms = FORMS.get(platform)
    return (forms[0](group, post), forms[1](group, post)) if forms else None


def _video(group: int) -> str:
    return f"demo{group:07d}"[-11:]
