import json

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.core.cells import CELLS, LSTM
from app.core.options import OptionError, options_of
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS

# The same examples on every machine: what is found here is fixed here.
steady = settings(derandomize=True, deadline=None, max_examples=300)


class TestIdentity:
    def test_what_is_left_out_has_its_default(self):
        spec = RunSpec.from_dict({})
        assert spec == RunSpec()
        assert RunSpec.from_dict(spec.to_dict()).run_id == spec.run_id

    @pytest.mark.parametrize(
        "body",
        [
            {"model": {}},
            {"task": {"name": "adding"}},
            {"model": {"cell": "lstm", "forget_bias": 1}},
            {"model": {"forget_bias": 1.0}, "seed": 0},
            {"training": {"momentum": -0.0}},
        ],
    )
    def test_one_spec_written_in_several_ways_has_one_id(self, body):
        assert RunSpec.from_dict(body).run_id == RunSpec().run_id

    @pytest.mark.parametrize(
        "body",
        [
            {"seed": 1},
            {"dtype": "float32"},
            {"model": {"forget_bias": 1.5}},
            {"model": {"cell": "gru"}},
            {"task": {"length": 51}},
            {"training": {"clip_norm": None}},
        ],
    )
    def test_another_spec_has_another_id(self, body):
        assert RunSpec.from_dict(body).run_id != RunSpec().run_id

    def test_the_order_of_fields_does_not_matter(self):
        spec = RunSpec()
        backwards = dict(reversed(spec.to_dict().items()))
        assert RunSpec.from_dict(backwards).run_id == spec.run_id

    def test_the_id_is_16_hexadecimal_digits(self):
        assert len(RunSpec().run_id) == 16
        int(RunSpec().run_id, 16)

    def test_the_id_follows_the_engine(self, monkeypatch):
        before = RunSpec().run_id
        monkeypatch.setattr("app.core.spec.ENGINE_VERSION", "another")
        assert RunSpec().run_id != before

    def test_the_canonical_text_is_json_with_sorted_keys_and_no_spaces(self):
        text = RunSpec().canonical()
        assert json.loads(text) == RunSpec().to_dict()
        assert " " not in text
        assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


class TestRefusal:
    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"sead": 1}, "sead"),
            ({"model": {"cell": "rnn", "forget_bias": 1.0}}, "model.forget_bias"),
            ({"model": {"cell": "transformer"}}, "model.cell"),
            ({"model": {"cell": ["lstm"]}}, "model.cell"),
            ({"model": {"cell": None}}, "model.cell"),
            ({"model": {"hidden_size": 100_000}}, "model.hidden_size"),
            ({"model": None}, "model"),
            ({"model": []}, "model"),
            ({"task": {"name": "imagenet"}}, "task.name"),
            ({"task": {"length": "long"}}, "task.length"),
            ({"task": {"symbols": 3}}, "task.symbols"),
            ({"training": {"learning_rate": 0}}, "training.learning_rate"),
            ({"training": {"learning_rate": float("nan")}}, "training.learning_rate"),
            ({"training": {"steps": 10**400}}, "training.steps"),
            ({"training": {"batch_size": None}}, "training.batch_size"),
            ({"training": 3}, "training"),
            ({"dtype": "float16"}, "dtype"),
            ({"seed": -1}, "seed"),
            ({"seed": True}, "seed"),
            ({"seed": 1.0}, "seed"),
            ({"frame_every": 0}, "frame_every"),
            ({"model": {"coupled": True, "clamp_input": 0.5}}, "model.clamp_input"),
            (None, ""),
            ([], ""),
        ],
    )
    def test_names_the_field(self, body, path):
        with pytest.raises(OptionError) as refused:
            RunSpec.from_dict(body)
        assert refused.value.path == path

    def test_names_the_limit(self):
        with pytest.raises(OptionError, match=r"must be at most 256") as refused:
            RunSpec.from_dict({"model": {"hidden_size": 257}})
        assert refused.value.limit == 256

    def test_lists_the_fields_there_are(self):
        with pytest.raises(OptionError) as refused:
            RunSpec.from_dict({"task": {"lenght": 10}})
        assert refused.value.limit == ["length", "name"]

    def test_null_means_never_only_where_it_may(self):
        assert RunSpec.from_dict({"training": {"clip_norm": None}}).training.clip_norm is None
        with pytest.raises(OptionError, match="must not be null"):
            RunSpec.from_dict({"model": {"forget_bias": None}})


def test_cost():
    spec = RunSpec.from_dict(
        {
            "task": {"name": "copy", "length": 30},
            "model": {"hidden_size": 10},
            "training": {"batch_size": 4, "steps": 7},
        }
    )
    assert spec.cost == 50 * (100 * 4 + 20_000) * 7


SECTIONS = {"task": ("name", TASKS), "model": ("cell", CELLS), "training": (None, {"": Training})}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["lstm", "rnn", "gru", "adding", "copy", "tanh", "keras", "adam", "float32"]),
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
top_names = st.sampled_from(["task", "model", "training", "dtype", "seed", "frame_every"])
inner_names = st.sampled_from(
    ["name", "cell", *sorted({n for _, r in SECTIONS.values() for c in r.values()
                              for n in options_of(c)})]
)  # fmt: skip
sections = st.dictionaries(inner_names | st.text(max_size=5), json_values, max_size=3)
bodies = st.dictionaries(top_names | st.text(max_size=5), sections | json_values, max_size=4)


@steady
@given(bodies | json_values)
@example({"training": {"steps": 10**400}})
def test_any_json_is_a_spec_or_is_refused(body):
    try:
        spec = RunSpec.from_dict(body)
    except OptionError as refused:
        json.dumps([refused.path, refused.message, refused.limit])  # can be told to a client
        return
    assert RunSpec.from_dict(json.loads(spec.canonical())).run_id == spec.run_id


def allowed(declared):
    """Return values that an option may hold."""
    if declared.kind == "choice":
        values = st.sampled_from(declared.choices)
    elif declared.kind == "boolean":
        values = st.booleans()
    elif declared.kind == "integer":
        values = st.integers(int(declared.low), int(declared.high))
    else:
        values = st.floats(declared.low, declared.high)
    return st.none() | values if declared.nullable else values


@st.composite
def valid_bodies(draw):
    body = {
        name: draw(allowed(declared))
        for name, declared in options_of(RunSpec).items()
        if draw(st.booleans())
    }
    for section, (tag, registry) in SECTIONS.items():
        kind = draw(st.sampled_from(sorted(registry)))
        part = {
            name: draw(allowed(declared))
            for name, declared in options_of(registry[kind]).items()
            if draw(st.booleans())
        }
        body[section] = {tag: kind, **part} if tag else part
    return body


@steady
@given(valid_bodies())
def test_every_value_in_range_is_accepted_and_survives_json(body):
    assume(not (body["model"].get("coupled") and body["model"].get("clamp_input") is not None))
    if body["task"]["name"] == "sales":
        assume(body["task"].get("season", 12) <= body["task"].get("length", 30))
    spec = RunSpec.from_dict(body)
    again = RunSpec.from_dict(json.loads(spec.canonical()))
    assert again == spec
    assert again.run_id == spec.run_id
    assert spec.cost > 0
    for section in ("task", "model", "training"):
        for name, value in body[section].items():
            assert getattr(getattr(spec, section), name) == value


def test_a_spec_cannot_be_changed():
    with pytest.raises(AttributeError):
        LSTM().hidden_size = 3  # type: ignore[misc]
