"""A short part of what ``python -m benchmarks.chaos`` does for an hour."""

import pytest

from benchmarks.chaos import chaos
from benchmarks.chaos_faults import FAULTS

pytestmark = pytest.mark.slow


def test_clients_of_a_server_under_random_kills_miss_nothing(tmp_path):
    found = chaos(tmp_path, seconds=25, clients=4, every=2.0, seed=5, settle=20)
    assert found["findings"] == []
    assert set(found["faults"]) <= set(FAULTS)
    assert sum(found["faults"].values()) >= 2
    assert found["frames compared"] > 50
    assert found["stored frames compared"] > 50
