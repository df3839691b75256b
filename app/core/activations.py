"""The activations φ of the cells, with the slope φ' written in terms of the output y = φ(z)."""

from dataclasses import dataclass

import numpy as np

from app.core.arrays import Array


@dataclass(frozen=True)
class Activation:
    """A pointwise function and its slope.

    ``max_slope`` is γ = max φ', the constant of Pascanu's bound.
    """

    name: str
    max_slope: float

    def apply(self, z: Array) -> None:
        """Replace the pre-activations ``z`` by y = φ(z), in place."""
        if self.name == "tanh":
            np.tanh(z, out=z)
        elif self.name == "relu":
            np.maximum(z, 0, out=z)
        elif self.name == "sigmoid":
            # σ(z) = ½ tanh(z/2) + ½ cannot overflow, and tanh is the faster of the two in NumPy.
            z *= 0.5
            np.tanh(z, out=z)
            z *= 0.5
            z += 0.5
        elif self.name != "linear":  # linear: y = z
            raise ValueError(f"no such activation: {self.name}")

    def slope(self, y: Array, out: Array) -> Array:
        """Write φ'(z), given y = φ(z), into ``out``."""
        if self.name == "tanh":  # 1 - y²
            np.multiply(y, y, out=out)
            np.subtract(1, out, out=out)
        elif self.name == "relu":  # 1 where y > 0; 0 at the kink, as in Keras and PyTorch
            np.greater(y, 0, out=out, casting="unsafe")
        elif self.name == "sigmoid":  # y (1 - y)
            np.multiply(y, y, out=out)
            np.subtract(y, out, out=out)
        elif self.name == "linear":
            out.fill(1)
        else:
            raise ValueError(f"no such activation: {self.name}")
        return out


ACTIVATIONS = {
    name: Activation(name, max_slope)
    for name, max_slope in (("tanh", 1.0), ("relu", 1.0), ("sigmoid", 0.25), ("linear", 1.0))
}
