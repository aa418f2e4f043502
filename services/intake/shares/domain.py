"""What of a shared page may go into a draft."""

import re

ADDRESS = re.compile(r"https?://\S+")


def parted(text: str | None, url: str | None) -> tuple[str | None, str | None]:
    """(text, link) of what was shared: where the sheet gives no address of its own, it stands in the text."""
    inside = ADDRESS.search(text) if text and not url else None
    if inside is None or text is None:
        return text, url
    rest = f"{text[: inside.start()].rstrip()} {text[inside.end() :].lstrip()}".strip()
    return rest or None, inside[0]
