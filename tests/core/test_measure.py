"""The bands of the gates are NumPy's percentiles."""

import numpy as np
import pytest

from app.core.measure import _percentiles


@pytest.mark.parametrize("units", [1, 2, 9, 32])
def test_percentiles_are_those_of_numpy(units: int) -> None:
    values = np.random.default_rng(units).random((4, 7, units))
    p10, p90 = _percentiles(values, (0.1, 0.9))
    np.testing.assert_allclose(p10, np.percentile(values, 10, axis=2), rtol=1e-14)
    np.testing.assert_allclose(p90, np.percentile(values, 90, axis=2), rtol=1e-14)


def test_one_unit_that_is_not_a_number_makes_its_band_none() -> None:
    values = np.random.default_rng(0).random((1, 3, 8))
    values[0, 1, 5] = np.nan
    for band in _percentiles(values, (0.1, 0.9)):
        assert np.isnan(band[0]).tolist() == [False, True, False]
