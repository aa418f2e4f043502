"""The bench says what it measured, and ends with 1 when a target is not met."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench import capture
from bench.__main__ import MEASURES, main
from bench.figures import Figure, compared, table
from bench.memory import _slope

Measure = Callable[[Path, float], Awaitable[list[Figure]]]


def saying(*figures: Figure) -> dict[str, Measure]:
    async def measure(folder: Path, scale: float) -> list[Figure]:
        assert folder.is_dir() and scale == 0.5
        return list(figures)

    return {"some": measure}


def test_the_ratio_is_that_of_the_medians_and_the_spread_that_of_the_rounds() -> None:
    figure = compared("capture", "accepted/s", [(100, 60), (200, 80), (1_000, 100)], 0.5)
    assert (figure.ceiling, figure.value, figure.ratio) == (200, 80, 0.4)
    assert figure.spread == (0.1, 0.6)
    assert not figure.met


@pytest.mark.parametrize(("value", "met"), [(50, True), (49.9, False)])
def test_a_target_is_met_from_its_very_value_on(value: float, met: bool) -> None:
    assert compared("capture", "accepted/s", [(100, value)], 0.5).met is met


def test_what_has_a_target_but_no_ceiling_is_not_met_and_what_has_no_target_always_is() -> None:
    assert not Figure("some", 1, "s", target=0.5).met
    assert Figure("some", 1, "s").met


@pytest.mark.parametrize(("value", "code"), [(60, 0), (40, 1)])
def test_the_exit_code_tells_whether_every_target_is_met(
    value: float, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    measures = saying(Figure("fine", 1, "s"), compared("some", "1/s", [(100, value)], 0.5))
    assert main(["--scale", "0.5", "--json"], measures) == code
    said = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["ratio"], one["met"]) for one in said] == [
        ("fine", None, True),
        ("some", value / 100, not code),
    ]


def test_the_table_names_what_is_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["some", "--scale", "0.5"], saying(compared("some", "1/s", [(100, 40)], 0.5))) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("some")]
    assert line.split() == ["some", "40.0", "1/s", "100.0", "0.40", "0.40–0.40", "0.50", "NOT", "MET"]
    assert "met" in table([compared("some", "1/s", [(100, 50)], 0.5)])


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])


def test_growth_is_the_slope_of_the_samples() -> None:
    assert _slope([(0, 100.0), (60, 101.0), (120, 102.0)]) == pytest.approx(1 / 60)
    assert _slope([(0, 100.0)]) == 0


async def test_a_capture_is_really_measured(tmp_path: Path) -> None:
    """A moment of the real thing: both servers answer, and every figure has its ceiling or its unit."""
    figures = await capture.measure(tmp_path, 0.02)
    assert [figure.name for figure in figures] == [
        name
        for count in capture.CONNECTIONS
        for name in (f"capture, {count} connections", f"capture, {count} connections: p99")
    ]
    assert all(figure.value > 0 for figure in figures)
    assert all(figure.ratio and figure.target == capture.TARGET for figure in figures[::2])
    assert "capture" in MEASURES
