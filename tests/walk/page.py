"""`docs/walk.md`: prose by hand, and after each heading a block that says what was asked, answered and said. The blocks
are compared with a real walk; `LOTSE_WRITE_WALK=1` writes them from it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "walk.md"
BLOCK = re.compile(r"```walk\n(.*?)```\n", re.DOTALL)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def blocks(text: str) -> dict[str, str]:
    """Heading → what its block says. A heading without a block is prose only."""
    parts = HEADING.split(text)[1:]
    found = {title.strip(): BLOCK.search(body) for title, body in zip(parts[::2], parts[1::2], strict=True)}
    return {title: match[1] for title, match in found.items() if match is not None}


def written(text: str, steps: dict[str, list[str]]) -> str:
    """The page with the blocks of these steps; a step whose section has none gets one at its end."""
    parts = HEADING.split(text)
    for place in range(1, len(parts), 2):
        title = parts[place].strip()
        if title in steps:
            parts[place + 1] = _with(parts[place + 1], "```walk\n" + "\n".join(steps[title]) + "\n```\n")
        parts[place] = f"## {title}"
    return "".join(parts)


def _with(section: str, block: str) -> str:
    if BLOCK.search(section):
        return BLOCK.sub(lambda _: block, section, count=1)
    return f"{section.rstrip()}\n\n{block}\n"
