"""`make bench`: measurements, each as a ratio to a bare ceiling taken in the same run on the same servers.

Servers, services and the load all run on this machine, so absolute figures say little and ratios much. PostgreSQL and
NATS write to the disk before they answer, as in production. Ends with 1 when a target is not met.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from bench import capture, language, latency, memory, projector, redaction, relay, spaces, startup
from bench.figures import Figure, table

Measure = Callable[[Path, float], Awaitable[list[Figure]]]
MEASURES: dict[str, Measure] = {
    "capture": capture.measure,
    "relay": relay.measure,
    "projector": projector.measure,
    "latency": latency.measure,
    "startup": startup.measure,
    "memory": memory.measure,
    "redaction": redaction.figures,
    "language": language.figures,
    "spaces": spaces.measure,
}


def main(arguments: Sequence[str] | None = None, measures: dict[str, Measure] = MEASURES) -> int:
    asked = _parser(measures).parse_args(arguments)
    chosen = {name: measures[name] for name in asked.names or measures}
    if "memory" in chosen and measures is MEASURES:
        chosen["memory"] = partial(memory.measure, minutes=asked.minutes)
    figures: list[Figure] = []
    for number, (name, measure) in enumerate(chosen.items(), 1):
        print(f"[{number}/{len(chosen)}] {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="lotse-bench-") as folder:
            figures += asyncio.run(_measured(measure, Path(folder), asked.scale))
    print(json.dumps([figure.shown() for figure in figures]) if asked.json else table(figures))
    return 0 if all(figure.met for figure in figures) else 1


async def _measured(measure: Measure, folder: Path, scale: float) -> list[Figure]:
    return await measure(folder, scale)


def _parser(measures: dict[str, Measure]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*measures, []], metavar="NAME", help=", ".join(measures))
    parser.add_argument("--scale", type=float, default=1.0, help="below 1: fewer and shorter, for a first look")
    parser.add_argument(
        "--minutes", type=float, default=memory.MINUTES, help="how long memory is watched; 60 is the soak"
    )
    parser.add_argument("--json", action="store_true", help="for machines: one list of figures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
