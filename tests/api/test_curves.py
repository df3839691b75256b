"""Thinned training curves of an experiment."""

import pytest

from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs.curves import HEAD, _scores
from tests.api.conftest import SMALL


def test_curves_are_thinned_and_keep_their_last_point(lab):
    asked = lab.ask(vary={"seed": [0, 1]})
    first, second = (run["id"] for run in asked["runs"])
    lab.finish(first, 10)
    curves = lab.client.get(f"/api/v1/experiments/{asked['id']}/curves?points=4").json()["curves"]
    assert [curve["run"] for curve in curves] == [first, second]
    assert curves[0]["step"] == [0, 6, 12, 18]
    assert curves[0]["loss"] == [0.5] * 4
    assert curves[0]["metric"] == [None] * 4
    assert curves[1]["step"] == []
    lab.finish(second, 9)
    path = f"/api/v1/experiments/{asked['id']}/curves"
    assert lab.client.get(path, params={"points": 2}).json()["curves"][1]["step"] == [0, 10, 16]
    assert lab.client.get(path).json()["curves"][1]["step"] == list(range(0, 18, 2))


@pytest.mark.parametrize("points", ["1", "501", "x"])
def test_a_number_of_points_that_cannot_be_drawn_is_refused(lab, points):
    asked = lab.ask()
    answer = lab.client.get(f"/api/v1/experiments/{asked['id']}/curves?points={points}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "points"


def test_what_is_not_there_has_no_curves(shared):
    assert shared.client.get("/api/v1/experiments/0123456789abcdef/curves").status_code == 404


def test_a_frame_begins_with_its_loss_and_score():
    """However many characters its numbers have: the rest of it is not looked at."""
    for frame in train(RunSpec.from_dict(SMALL)):
        text = frame_to_json(frame, "a" * 16)
        assert _scores(text[:HEAD]) == pytest.approx((frame.loss, frame.metric), rel=1e-4)
    longest = (
        f'{{"run":"{"a" * 16}","seq":1000000,"step":1000000,"state":"diverged",'
        '"loss":-1.2345e-308,"metric":-1.2345e-308,"grad_norm":'
    )
    assert len(longest) < HEAD
    assert _scores(longest) == (-1.2345e-308, -1.2345e-308)
    assert _scores('{"loss":null,"metric":null}') == (None, None)
    with pytest.raises(ValueError, match="does not begin with"):
        _scores('{"metric":1}')
