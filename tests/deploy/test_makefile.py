"""`make` explains itself, and CI runs what people run."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGETS = {"up", "demo", "test", "check", "bench", "soak", "install", "lock", "clean", "help"}


def test_make_alone_lists_every_target_with_what_it_does() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = dict(re.findall(r"^  make ([a-z]+) +(\S.+)$", said, re.MULTILINE))
    assert set(listed) >= TARGETS
    declared = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert declared == set(listed)


def test_ci_is_a_whole_script_that_calls_the_same_targets() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o100
    assert set(re.findall(r"make ([a-z]+)", script.read_text())) == {"install", "check", "demo", "test"}


def test_a_virtual_environment_learns_the_lotse_command_offline(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "cli.install"], cwd=ROOT, check=True)
    where = "import cli.install, sys; sys.stdout.write(cli.install.__file__)"
    found = subprocess.run([str(python), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout) == ROOT / "cli" / "install.py"
    assert (tmp_path / "venv" / "bin" / "lotse").stat().st_mode & 0o111


def test_the_command_is_never_installed_into_the_systems_python() -> None:
    system = Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name
    refused = subprocess.run([str(system), "-m", "cli.install"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "no virtual environment" in refused.stderr
