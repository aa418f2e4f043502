"""Children end when they are told to, when they do not listen, and when whoever started them dies."""

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from cli.local.child import Child, Program, held
from cli.local.trouble import Trouble
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[3]
SLEEPER = "import time; print('here', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
)


def python(tmp_path: Path, code: str, patience: float = 5.0) -> Program:
    lock, log = tmp_path / "locks" / "sleeper", tmp_path / "logs" / "sleeper.log"
    return Program("sleeper", (sys.executable, "-c", code), log, {}, lock, patience=patience)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"State:\tZ" not in Path(f"/proc/{pid}/status").read_bytes()


async def test_a_child_writes_to_its_log_and_ends_when_asked(tmp_path: Path) -> None:
    child = await Child.start(python(tmp_path, SLEEPER))
    await eventually(lambda: "here" in child.program.log.read_text())
    await child.stop()
    assert child.exit_status == -signal.SIGTERM
    await child.stop()


async def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    child = await Child.start(python(tmp_path, STUBBORN, patience=0.2))
    await eventually(lambda: "here" in child.program.log.read_text())
    await child.stop()
    assert child.exit_status == -signal.SIGKILL


async def test_what_a_child_leaves_behind_in_its_group_ends_with_it(tmp_path: Path) -> None:
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]).pid, flush=True)"
    child = await Child.start(python(tmp_path, code))
    assert await child.finished(5)
    grandchild = int(child.program.log.read_text().split()[0])
    await child.stop()
    await eventually(lambda: not alive(grandchild))


async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import asyncio, sys, time
        from pathlib import Path
        from tests.cli.local.test_child import python, Child, SLEEPER
        print(asyncio.run(Child.start(python(Path({str(tmp_path)!r}), SLEEPER))).pid, flush=True)
        time.sleep(60)
    """)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    await parent.wait()
    await eventually(lambda: not alive(pid))


async def test_two_children_never_share_a_lock(tmp_path: Path) -> None:
    first = await Child.start(python(tmp_path, SLEEPER))
    with pytest.raises(Trouble, match="still runs on this data"):
        await Child.start(python(tmp_path, SLEEPER, patience=0.1))
    await first.stop()
    lock = held(first.program.lock)
    assert lock is not None
    lock.close()


async def test_a_child_that_stops_early_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = await Child.start(python(tmp_path, "import sys; sys.exit('no such setting')"))

    async def never() -> bool:
        return False

    with pytest.raises(Trouble, match=r"(?s)sleeper stopped before it was ready \(exit 1\).*no such setting"):
        await child.until(never, 5)


async def test_a_child_that_is_late_is_not_ready(tmp_path: Path) -> None:
    child = await Child.start(python(tmp_path, SLEEPER))

    async def never() -> bool:
        return False

    assert not await child.until(never, 0.1)
    await child.stop()
