"""Presets that show what gates do not do, and counter-examples."""

from app.core.presets.preset import RNN, Preset, adam, net

LIMITS = (
    Preset(
        id="rnn_wins",
        topic="limits",
        base={
            "task": {"name": "recall", "length": 60, "symbols": 4, "noise": 0.1},
            "training": adam(0.001, 400),
        },
        models={"rnn": net("rnn"), "lstm": net("lstm")},
        prediction_options=("lstm", "rnn", "both", "none"),
        answer="rnn",
        claims=(
            ("rnn", "solved", ">", 0.89),
            ("lstm", "solved", "<", 0.31),
            ("rnn", "retention_h_before", ">", "lstm.retention_h_before"),
        ),
    ),
    Preset(
        id="lstm_explodes",
        topic="limits",
        base={
            "task": {"name": "adding", "length": 100},
            "training": adam(0.01, 100, clip_norm=None),
            "frame_every": 2,
        },
        models={
            "one": net("lstm", forget_bias=3.0),
            "five": net("lstm", gain=5.0, forget_bias=3.0),
        },
        prediction_options=("vanishes", "steady", "explodes"),
        answer="explodes",
        claims=(
            ("five", "retention_c_before", ">", 2.0),
            ("one", "retention_c_before", "<", 1.0),
            ("one", "retention_c_before", ">", -1.0),
        ),
        controls=("model.gain", "training.clip_norm"),
    ),
    Preset(
        id="clipping",
        topic="limits",
        base={
            "task": {"name": "recall", "length": 80, "symbols": 1, "noise": 0.1},
            # A linear readout of 32 units near ±1 and a bias is stable under SGD below the rate
            # 2/(2·33) = 0.030: here what explodes is the gradient through time, and nothing else.
            "training": {"optimiser": "sgd", "learning_rate": 0.025, "steps": 400},
            "frame_every": 5,
        },
        models={
            "big": {
                **net("rnn", recurrent_init="gaussian", spectral_radius=2.0),
                "training.clip_norm": None,
            },
            "big_clipped": net("rnn", recurrent_init="gaussian", spectral_radius=2.0),
            "small": {
                **net("rnn", recurrent_init="gaussian", spectral_radius=0.5),
                "training.clip_norm": None,
            },
            "small_clipped": net("rnn", recurrent_init="gaussian", spectral_radius=0.5),
        },
        prediction_options=("both", "exploding", "vanishing", "neither"),
        answer="exploding",
        claims=(
            ("big", "retention_h_before", ">", 1.0),
            ("big", "recurrent_grad_before", ">", 100.0),
            ("big", "readout_grad_before", "<", 20.0),
            ("big", "diverged", "<", 0.01),
            ("big", "loss_peak", "<", 20.0),
            ("big", "solved", "<", 0.51),
            ("big_clipped", "solved", ">", 0.51),
            ("small", "solved", "<", 0.01),
            ("small_clipped", "solved", "<", 0.01),
            ("small_clipped", "retention_h_before", "<", -8.0),
        ),
        controls=("training.clip_norm", "model.spectral_radius"),
    ),
    Preset(
        id="identity_relu",
        topic="limits",
        base={"task": {"name": "adding", "length": 50}, "training": adam(0.005, 1000)},
        models={
            "tanh": RNN,
            "identity": net("rnn", activation="relu", recurrent_init="identity"),
            "lstm": net("lstm"),
        },
        prediction_options=("only_lstm", "only_identity", "both", "none"),
        answer="both",
        claims=(
            ("tanh", "solved", "<", 0.01),
            ("identity", "solved", ">", 0.79),
            ("lstm", "solved", ">", 0.69),
            ("identity", "retention_h_before", ">", -1.0),
        ),
    ),
    Preset(
        id="float32",
        topic="limits",
        base={
            "task": {"name": "adding", "length": 400},
            "training": adam(0.001, 10),
            "frame_every": 1,
        },
        models={
            "float64": RNN,
            "float32": {**RNN, "dtype": "float32", "lift_small": False},
            "lifted": {**RNN, "dtype": "float32"},
        },
        prediction_options=("same", "zero", "noise"),
        answer="zero",
        claims=(
            ("float64", "zeros_before", "<", 1),
            ("float32", "zeros_before", ">", 100),
            ("lifted", "zeros_before", "<", 1),
        ),
        controls=("task.length", "dtype"),
    ),
)
