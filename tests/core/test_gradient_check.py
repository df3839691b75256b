"""The check that the page of the product shows can also fail."""

import pytest

from app.core.cells import CELLS
from app.core.gradient_check import gradient_check
from app.core.network import Network
from app.core.spec import RunSpec


def small(cell: str) -> RunSpec:
    return RunSpec.from_dict(
        {"task": {"name": "adding", "length": 6}, "model": {"cell": cell, "hidden_size": 3}}
    )


@pytest.mark.parametrize("cell", CELLS)
def test_every_weight_of_every_cell_agrees(cell: str) -> None:
    found = gradient_check(small(cell))
    assert found.weights > 20
    assert found.error < 1e-7


def test_a_wrong_gradient_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Network.forward_backward

    def wrong(self, params, batch, trace=None):
        passed = right(self, params, batch, trace)
        passed.gradients.params["W_h"][0, 0] *= 1.01
        return passed

    monkeypatch.setattr(Network, "forward_backward", wrong)
    assert gradient_check(small("lstm")).error > 1e-5
