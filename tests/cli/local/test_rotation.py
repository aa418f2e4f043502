"""Logs stay within a bound while a child goes on writing to them."""

from pathlib import Path

from cli.local.rotation import rotate


def test_a_long_log_moves_aside_and_its_writer_goes_on_in_the_same_file(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        assert rotate(tmp_path, largest=50) == [log]
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"
    assert (tmp_path / "intake.log.1").read_bytes() == b"x" * 100


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "intake.log").write_bytes(b"x" * 10)
    assert rotate(tmp_path, largest=50) == []


def test_one_earlier_log_is_kept(tmp_path: Path) -> None:
    for content in (b"1" * 60, b"2" * 60):
        (tmp_path / "nats.log").write_bytes(content)
        rotate(tmp_path, largest=50)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nats.log", "nats.log.1"]
    assert (tmp_path / "nats.log.1").read_bytes() == b"2" * 60
