"""Outputs, every gradient and ten steps of descent, against PyTorch's autograd.

The golden files come from scripts/make_golden.py and need no PyTorch here. The tests marked
``peers`` run the real PyTorch on specs that are in no file.
"""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from app.core.arrays import flatten
from app.core.cells import CELLS
from app.core.network import Network
from app.core.optimisers import clip_by_global_norm, make_optimiser
from app.core.tasks import Batch

GOLDEN = Path(__file__).parent / "golden"
SCRIPT = Path(__file__).parents[2] / "scripts" / "make_golden.py"
TOLERANCE = 1e-10  # absolute, and relative where a number is larger than one

NAMES = ("rnn_tanh", "rnn_relu", "lstm", "gru")
CASES = [(r, loss) for r in ("last", "every") for loss in ("mse", "cross_entropy")]
OPTIMISERS = {"adam": (0.05, 0.0), "sgd": (0.1, 0.9), "rmsprop": (0.01, 0.0)}  # rate, momentum


@pytest.fixture(scope="module", params=NAMES)
def golden(request):
    with np.load(GOLDEN / f"{request.param}.npz") as file:
        return request.param, dict(file)


def network_of(name, content, readout, loss):
    kind, _, activation = name.partition("_")
    _, _, input_size, hidden_size, output_size = (int(n) for n in content["sizes"])
    options = {"activation": activation} if activation else {}
    cell = CELLS[kind](hidden_size=hidden_size, **options)
    return Network(cell, input_size, output_size, loss, readout)


def weights_of(content):
    return {key[8:]: w.copy() for key, w in content.items() if key.startswith("weights/")}


def compare_a_pass(name, content, readout, loss):
    """Compare outputs, losses, parameter gradients and state gradients."""
    case = f"{readout}/{loss}"
    network = network_of(name, content, readout, loss)
    passed = network.forward_backward(
        weights_of(content), Batch(content["xs"], content[f"{case}/targets"])
    )
    ours = {
        "outputs": passed.outputs,
        "losses": passed.losses,
        "dhs": passed.gradients.dhs_total,
        **{f"d/{key}": d for key, d in passed.gradients.params.items()},
    }
    if passed.gradients.dcs_total is not None:
        ours["dcs"] = passed.gradients.dcs_total
    theirs = {
        key.removeprefix(f"{case}/"): value
        for key, value in content.items()
        if key.startswith(f"{case}/") and not key.endswith("/targets") and "/training/" not in key
    }
    assert ours.keys() == theirs.keys()
    assert not passed.gradients.exponent.any()
    for key, expected in theirs.items():
        assert ours[key].shape == expected.shape, key
        np.testing.assert_allclose(ours[key], expected, TOLERANCE, TOLERANCE, err_msg=key)


def compare_training(name, content, readout, loss, optimiser):
    """Compare ten losses of clipped descent on one batch; return how often it was clipped."""
    clip_norm = json.loads(str(content["made_with"]))["clip_norm"]
    network = network_of(name, content, readout, loss)
    flat, params = flatten(weights_of(content))
    descent = make_optimiser(optimiser, flat, *OPTIMISERS[optimiser])
    batch = Batch(content["xs"], content[f"{readout}/{loss}/targets"])
    history, clipped = [], 0
    for _ in range(10):
        passed = network.forward_backward(params, batch)
        history.append(passed.losses.mean())
        gradient, _ = flatten({key: passed.gradients.params[key] for key in params})
        clipped += clip_by_global_norm(gradient, float(np.linalg.norm(gradient)), clip_norm)
        descent.update(flat, gradient)
    expected = content[f"{readout}/{loss}/training/{optimiser}"]
    np.testing.assert_allclose(history, expected, TOLERANCE, TOLERANCE)
    assert expected[-1] != expected[0]
    return clipped


@pytest.mark.parametrize(("readout", "loss"), CASES)
def test_a_pass_equals_pytorch(golden, readout, loss):
    compare_a_pass(*golden, readout, loss)


def test_the_files_can_prove_something(golden):
    for key, value in golden[1].items():
        if "/d/" in key or key.endswith(("/dhs", "/dcs")):
            assert np.abs(value).max() > 1e-3, key


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_ten_steps_of_descent_equal_pytorch(golden, optimiser):
    clipped = [compare_training(*golden, readout, loss, optimiser) for readout, loss in CASES]
    assert 0 < sum(clipped) < 10 * len(CASES), "some steps must be clipped, and some not"


def test_the_files_say_how_they_were_made(golden):
    made_with = json.loads(str(golden[1]["made_with"]))
    assert made_with["torch"].startswith("2.")
    assert made_with["command"] == "python scripts/make_golden.py"


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < 300_000


@pytest.fixture(scope="module")
def script():
    functions = runpy.run_path(str(SCRIPT))
    functions["torch"].set_num_threads(1)  # threads cost more than these tiny products
    return functions


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_random_specs_equal_pytorch_itself(script, name, seed):
    rng = np.random.default_rng([seed, 20260])
    sizes = script["Sizes"](
        *(int(rng.integers(low, high)) for low, high in ((2, 30), (1, 9), (1, 7), (1, 17), (2, 6)))
    )
    content = script["make"](name, int(rng.integers(2**31)), sizes)
    for readout, loss in CASES:
        compare_a_pass(name, content, readout, loss)
        for optimiser in OPTIMISERS:
            compare_training(name, content, readout, loss, optimiser)


@pytest.mark.peers
def test_the_golden_files_are_what_the_script_makes(script, golden):
    name, content = golden
    sizes = script["Sizes"](*content["sizes"].tolist())
    again = script["make"](name, json.loads(str(content["made_with"]))["seed"], sizes)
    assert again.keys() == content.keys()
    for key, value in content.items():
        if key != "made_with":
            np.testing.assert_allclose(again[key], value, rtol=0, atol=1e-12, err_msg=key)
