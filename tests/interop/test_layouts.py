import numpy as np
import pytest

from app.core.cells import CELLS, GRU, LSTM, RNN
from app.core.network import init_readout
from app.interop.layouts import (
    UnsupportedError,
    check_supported,
    from_keras,
    from_pytorch,
    to_keras,
    to_pytorch,
)

HIDDEN, INPUTS, OUTPUTS = 5, 3, 2


def random_weights(cell_name: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    cell = CELLS[cell_name](hidden_size=HIDDEN, init="pytorch")
    params = cell.init_params(rng, INPUTS)
    params.update(init_readout(rng, "pytorch", OUTPUTS, HIDDEN))
    return params


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("there", "back"), [(to_pytorch, from_pytorch), (to_keras, from_keras)])
def test_a_layout_and_back_is_the_identity(cell, there, back) -> None:
    params = random_weights(cell)
    returned = back(cell, there(cell, params))
    assert returned.keys() == params.keys()
    for name in params:
        np.testing.assert_array_equal(returned[name], params[name])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("convert", [to_pytorch, to_keras])
def test_converting_leaves_the_weights_alone(cell, convert) -> None:
    params = random_weights(cell)
    before = {name: array.copy() for name, array in params.items()}
    convert(cell, params)
    for name in params:
        np.testing.assert_array_equal(params[name], before[name])


@pytest.mark.parametrize(
    ("cell", "framework", "reason"),
    [
        (LSTM(clamp_forget=0.9), "pytorch", "clamp_forget"),
        (LSTM(clamp_output=1.0), "keras", "clamp_output"),
        (LSTM(coupled=True), "keras", "coupled"),
        (LSTM(activation="relu"), "pytorch", "relu"),
        (RNN(activation="linear"), "pytorch", "linear"),
    ],
)
def test_what_a_library_lacks_is_refused_with_the_reason(cell, framework, reason) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        check_supported(cell, framework)


@pytest.mark.parametrize(
    ("cell", "framework"),
    [(GRU(), "pytorch"), (LSTM(activation="relu"), "keras"), (RNN(activation="linear"), "keras")],
)
def test_what_a_library_has_is_accepted(cell, framework) -> None:
    check_supported(cell, framework)
