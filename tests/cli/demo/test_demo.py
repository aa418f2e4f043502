"""`lotse demo` as somebody runs it: on the platform that runs already, and on one of its own."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Lotse, Ran

Here = tuple[str, str]
NAMED = "captured duplicates submitted approved returned posted referred erased events language_agreement"


def closing(ran: Ran) -> dict[str, object]:
    line: dict[str, object] = json.loads(ran.out.splitlines()[-1])
    assert {*NAMED.split(), "figures_match", "seconds"} <= set(line)
    return line


async def test_the_sample_walks_through_the_running_platform_and_every_proof_holds(lotse: Lotse, here: Here) -> None:
    ran = await lotse("demo", "--limit", "45", "--detect-language", *here)
    assert ran.code == 0, ran.out + ran.err
    line = closing(ran)
    assert (line["captured"], line["failed"], line["figures_match"]) == (45, 0, True)
    assert line["erased_and_found"] == 0 and int(str(line["erased_and_sought"])) > 0
    assert all(
        int(str(line[name])) > 0 for name in ["duplicates", "returned", "blocked", "incidents", "referred", "erased"]
    )
    assert line["traces_whole"] == "12/12"
    assert float(str(line["language_agreement"])) == 1.0
    assert "questions found and captured" in ran.out and "withheld" in ran.out
    named = re.search(r"lotse (trace \S+ --data \S+)", " ".join(ran.out.split()))
    assert named, "the last sentence names a question that can be looked at"
    traced = await lotse(*named[1].split())
    assert traced.code == 0 and traced.out.count("intake") > 3


async def test_for_machines_there_is_one_line(lotse: Lotse, here: Here) -> None:
    ran = await lotse("demo", "--language", "fa", "--json", *here)
    assert ran.code == 0 and len(ran.lines) == 1
    assert (ran.lines[0]["captured"], ran.lines[0]["language_agreement"]) == (6, None)


async def test_a_file_of_ones_own_may_bring_a_language_that_nobody_offers_yet(
    lotse: Lotse, here: Here, tmp_path: Path
) -> None:
    texts = {"de": "Wo finde ich einen Sprachkurs?", "ti": "ኮርስ ቋንቋ ኣበይ ይርከብ፧"}
    rows = [
        {"id": f"{n}-{language}", "group": n, "language": language, "text": f"{text} {n}"}
        for n in range(3)
        for language, text in texts.items()
    ]
    rows[0]["answer_de"] = "In der Volkshochschule."
    file = tmp_path / "own.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    ran = await lotse("demo", "--questions", str(file), "--json", *here)
    assert ran.code == 0, ran.out
    assert (ran.lines[0]["captured"], ran.lines[0]["failed"]) == (6, 0)
    shown = await lotse("programme", "show", "fem-os", "--json", *here)
    assert "ti" in shown.lines[0]["policy"]["languages"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for leftover processes in /proc")
async def test_without_data_it_starts_everything_itself_and_leaves_nothing_behind(lotse: Lotse, tmp_path: Path) -> None:
    ran = await lotse("demo", "--limit", "4", TMPDIR=str(tmp_path))
    assert ran.code == 0, ran.out + ran.err
    assert closing(ran)["captured"] == 4
    assert "lotse trace" not in ran.out, "what is gone cannot be looked at"
    assert list(tmp_path.glob("lotse-demo-*")) == []
    told = [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _read(entry)]
    assert told == []


def _read(entry: Path) -> bytes:
    try:
        return entry.read_bytes()
    except OSError:
        return b""


async def test_a_file_that_is_wrong_is_said_so_before_anything_starts(lotse: Lotse, tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('{"id": 1, "text": "gut"}\n{"id": 2}\n')
    ran = await lotse("demo", "--questions", str(file))
    assert ran.code == 1 and "line 2" in ran.err and ran.out == ""
