"""What may stand around a released answer without changing it: greeting formulas, notices, closings, per language.

The shipped ones are in `frames.toml`; a programme adds its own with `dataclasses.replace`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from libs.text.tags import primary


@dataclass(frozen=True)
class Frame:
    """Texts in one language; `{name}` in a greeting or closing is up to four words or nothing. Notices are fixed."""

    greetings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()


def frame_for(tag: str) -> Frame:
    """The shipped frame of this language, of its primary language, or an empty one: then nothing may stand around."""
    frames = _shipped()
    return frames.get(tag) or frames.get(primary(tag)) or Frame()


@cache
def _shipped() -> dict[str, Frame]:
    tables = tomllib.loads(Path(__file__).with_name("frames.toml").read_text(encoding="utf-8"))
    return {tag: Frame(**{kind: tuple(texts) for kind, texts in table.items()}) for tag, table in tables.items()}
