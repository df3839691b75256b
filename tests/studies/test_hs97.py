import pytest

from app.studies.hs97 import NETWORKS


@pytest.mark.parametrize("experiment", NETWORKS)
def test_weight_counts_are_those_printed_in_the_paper(experiment: str) -> None:
    network, printed = NETWORKS[experiment]
    assert network.weights == printed
