"""Thinned training curves of an experiment."""

import pytest


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
