import numpy as np
import pytest

from app.core.options import OptionError
from app.core.tasks.sales import SCALE, Sales


@pytest.mark.parametrize("season", [2, 12, 40])
@pytest.mark.parametrize("scale", ["unit", "raw"])
def test_baseline(season, scale):
    """The naive forecast: what was sold one season ago."""
    task = Sales(length=40, season=season, scale=scale)
    series = task.series(np.random.default_rng(0), season + 1, 100_000)
    error = np.mean((series[season] - series[0]) ** 2)
    assert error == pytest.approx(task.baseline, rel=0.01)


def test_the_window_is_followed_by_its_target():
    task = Sales(length=8, season=4)
    batch = task.sample(np.random.default_rng(3), 5)
    series = task.series(np.random.default_rng(3), 9, 5)
    np.testing.assert_array_equal(batch.xs[..., 0], series[:8])
    np.testing.assert_array_equal(batch.targets[:, 0], series[8])


def test_unit_is_raw_over_the_scale():
    raw, unit = (
        Sales(scale=scale).sample(np.random.default_rng(0), 50) for scale in ("raw", "unit")
    )
    np.testing.assert_allclose(raw.xs, SCALE * unit.xs)
    assert 10 < raw.xs.mean() < 200
    assert np.abs(unit.xs).max() < 1.1


def test_the_season_comes_back():
    series = Sales(season=12).series(np.random.default_rng(0), 13, 5000)
    rests = series - series.mean(axis=0)
    alike = [np.corrcoef(rests[0], rests[k])[0, 1] for k in range(1, 13)]
    assert int(np.argmax(alike)) == 11
    assert int(np.argmin(alike)) == 5


def test_a_season_that_the_network_cannot_see_whole_is_refused():
    """Else the baseline would know a value that the network is never shown."""
    Sales(length=12, season=12)
    with pytest.raises(OptionError, match="must be at most 11, the length") as refused:
        Sales(length=11, season=12)
    assert (refused.value.path, refused.value.limit) == ("task.season", 11)


def test_the_last_seven_values_suffice_to_beat_the_naive_forecast():
    task = Sales(length=30, season=12, scale="raw")
    batch = task.sample(np.random.default_rng(0), 20_000)
    seen, target = batch.xs[:, :, 0].T, batch.targets[:, 0]

    def linear_forecast(steps: int) -> float:
        columns = np.column_stack([seen[:, -steps:], np.ones(len(seen))])
        weights = np.linalg.lstsq(columns, target, rcond=None)[0]
        return float(np.mean((columns @ weights - target) ** 2))

    assert linear_forecast(7) < task.baseline < linear_forecast(6)
