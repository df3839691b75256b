"""Presets for the five applications of the lesson and its Keras example."""

from app.core.presets.preset import RNN, WHICH, Preset, adam, net

APPLICATIONS = (
    Preset(
        id="keras_relu",
        topic="applications",
        base={
            "task": {"name": "sales", "length": 30, "season": 12, "scale": "raw"},
            # model.compile(optimizer="adam", loss="mse"): Adam at 0.001, no clipping
            "training": adam(0.001, 600, clip_norm=None),
        },
        models={
            "raw": {"model": {"cell": "lstm", "hidden_size": 50, "activation": "relu"}},
            "scaled": {
                "model": {"cell": "lstm", "hidden_size": 50, "activation": "relu"},
                "task.scale": "unit",
            },
            "tanh": {"model": {"cell": "lstm", "hidden_size": 50}, "task.scale": "unit"},
            "tanh_raw": {"model": {"cell": "lstm", "hidden_size": 50}},
        },
        prediction_options=("same", "raw_explodes", "scaled_vanishes"),
        answer="raw_explodes",
        claims=(
            ("raw", "retention_c_before", ">", 0.0),
            ("raw", "grad_peak", ">", 1e6),
            ("raw", "solved", "<", 0.71),
            ("scaled", "solved", ">", 0.79),
            ("scaled", "retention_c_before", "<", "tanh.retention_c_before"),
            ("tanh", "solved", ">", 0.79),
            ("tanh_raw", "retention_c_before", "<", 0.0),
            ("tanh_raw", "grad_peak", "<", 1e5),
            ("tanh_raw", "solved", "<", 0.01),
        ),
        controls=("model.hidden_size", "training.learning_rate"),
    ),
    Preset(
        id="translation",
        topic="applications",
        base={
            "task": {"name": "copy", "length": 10, "symbols": 2},
            "training": adam(0.01, 1500),
        },
        models={"rnn": RNN, "lstm": net("lstm"), "gru": net("gru")},
        prediction_options=WHICH,
        answer="gated",
        claims=(("lstm", "solved", ">", 0.69), ("rnn", "solved", "<", "lstm.solved")),
    ),
    Preset(
        id="sentiment",
        topic="applications",
        base={
            "task": {"name": "sentiment", "length": 20},
            "training": adam(0.01, 1000),
        },
        models={"rnn": RNN, "lstm": net("lstm", forget_bias=2.0)},
        prediction_options=("lstm", "rnn", "both", "none"),
        answer="lstm",
        claims=(("lstm", "solved", ">", 0.79), ("rnn", "solved", "<", 0.31)),
    ),
    Preset(
        id="sales",
        topic="applications",
        base={
            "task": {"name": "sales", "length": 30, "season": 12, "scale": "unit"},
            "training": adam(0.005, 600),
        },
        models={"rnn": RNN, "lstm": net("lstm"), "gru": net("gru")},
        prediction_options=WHICH,
        answer="all",
        claims=(
            ("lstm", "solved", ">", 0.79),
            ("gru", "solved", ">", 0.79),
            ("rnn", "solved", ">", 0.49),
        ),
    ),
    Preset(
        id="speech",
        topic="applications",
        base={
            "task": {"name": "temporal_order", "length": 40, "noise": 0.1},
            "training": adam(0.005, 600),
        },
        models={
            "rnn": RNN,
            "lstm": net("lstm", forget_bias=3.0),
            "gru": net("gru", update_bias=2.0),
        },
        prediction_options=WHICH,
        answer="gated",
        claims=(
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "solved", "<", 0.31),
        ),
    ),
    Preset(
        id="text",
        topic="applications",
        base={"task": {"name": "reber", "length": 20}, "training": adam(0.01, 1000)},
        models={"rnn": RNN, "lstm": net("lstm"), "gru": net("gru")},
        prediction_options=WHICH,
        answer="all",
        claims=(
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "solved", ">", 0.69),
            ("lstm", "steps", "<", "rnn.steps"),
        ),
    ),
)
