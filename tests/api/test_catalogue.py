"""Everything from which a client can build its controls."""

from app.core.cells import CELLS
from app.core.presets import PRESETS
from app.core.tasks import TASKS

OPTION = {
    "name", "path", "kind", "default", "low", "high", "step", "scale", "nullable", "choices",
    "unit", "doc", "source",
}  # fmt: skip


def test_the_catalogue_has_everything_that_can_be_asked(shared):
    found = shared.client.get("/api/v1/catalogue").json()
    assert [task["name"] for task in found["tasks"]] == list(TASKS)
    assert [cell["name"] for cell in found["cells"]] == list(CELLS)
    assert [preset["id"] for preset in found["presets"]] == list(PRESETS)
    assert {option["name"] for option in found["run"]} >= {"dtype", "seed", "frame_every"}
    assert found["limits"]["max_runs_per_experiment"] == 500
    for part in (*found["tasks"], *found["cells"]):
        for option in part["options"]:
            assert option.keys() == OPTION
    (length,) = (o for o in found["tasks"][0]["options"] if o["name"] == "length")
    assert (length["path"], length["kind"], length["low"]) == ("task.length", "integer", 2)
    assert length["doc"]


def test_every_preset_can_be_asked_as_it_is(lab):
    for preset in lab.client.get("/api/v1/catalogue").json()["presets"]:
        assert lab.post(preset["experiment"]).status_code == 201, preset["id"]


def test_what_the_catalogue_offers_is_accepted(lab):
    """A page that sends back every default, as it was told, asks for the defaults."""
    found = lab.client.get("/api/v1/catalogue").json()
    for cell in found["cells"]:
        model = {option["name"]: option["default"] for option in cell["options"]}
        training = {option["name"]: option["default"] for option in found["training"]}
        base = {"model": {"cell": cell["name"], **model}, "training": training}
        assert lab.post({"base": base}).status_code == 201
