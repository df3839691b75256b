"""Presets that show the gradient vanish, and live."""

from app.core.presets.preset import RNN, WHICH, Preset, adam, net

MEMORY = (
    Preset(
        id="classic",
        topic="memory",
        base={"task": {"name": "adding", "length": 50}, "training": adam(0.01, 1000)},
        models={"rnn": RNN, "lstm": net("lstm"), "gru": net("gru")},
        prediction_options=WHICH,
        answer="gated",
        claims=(
            ("rnn", "solved", "<", 0.01),
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("lstm", "retention_h_after", ">", "lstm.retention_h_before"),
            ("gru", "retention_h_after", ">", "gru.retention_h_before"),
            ("rnn", "retention_h_after", "<", -6.0),
        ),
    ),
    Preset(
        id="recall",
        topic="memory",
        base={
            "task": {"name": "recall", "length": 100, "symbols": 4, "noise": 0.1},
            "training": adam(0.001, 1000),
        },
        models={
            "rnn": RNN,
            "lstm": net("lstm", forget_bias=3.0),
            "gru": net("gru", update_bias=3.0),
        },
        prediction_options=WHICH,
        answer="gated",
        claims=(
            ("rnn", "solved", "<", 0.11),
            ("lstm", "solved", ">", 0.89),
            ("gru", "solved", ">", 0.89),
            ("rnn", "retention_h_before", "<", -15.0),
            ("lstm", "retention_h_before", ">", -1.5),
        ),
    ),
    Preset(
        id="untrained",
        topic="memory",
        base={
            "task": {"name": "adding", "length": 100},
            "training": adam(0.001, 20),
            "frame_every": 1,
        },
        models={"rnn": net("rnn"), "lstm": net("lstm"), "chrono": net("lstm", chrono_t_max=100)},
        prediction_options=("rnn", "lstm", "same"),
        answer="rnn",
        claims=(
            ("rnn", "retention_h_before", ">", "lstm.retention_h_before"),
            ("chrono", "retention_h_before", ">", "lstm.retention_h_before"),
            ("chrono", "retention_c_before", ">", -1.5),
            ("lstm", "retention_h_before", "<", -6.0),
        ),
    ),
    Preset(
        id="linear",
        topic="memory",
        base={
            "task": {"name": "adding", "length": 100},
            "training": adam(0.001, 200),
        },
        models={
            "linear": net("rnn", activation="linear", spectral_radius=0.9),
            "tanh": net("rnn", spectral_radius=0.9),
        },
        prediction_options=("lives", "vanishes"),
        answer="vanishes",
        claims=(
            ("linear", "retention_h_before", "<", -4.0),
            ("tanh", "retention_h_before", "<", "linear.retention_h_before"),
            ("linear", "solved", "<", 0.01),
        ),
        controls=("model.spectral_radius", "task.length"),
    ),
)
