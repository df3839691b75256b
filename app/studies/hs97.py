"""The networks of Hochreiter & Schmidhuber (1997), counted."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Net1997:
    """One network of the paper: memory-cell blocks whose cells share an input and an output gate.

    There is no forget gate (it came with Gers, Schmidhuber & Cummins, 2000). The inputs reach every
    hidden unit, hidden units (cells and gates) reach each other, and the outputs see the cells.

    Attributes
    ----------
    inputs, outputs, blocks, cells_per_block : int
    biases : {"none", "gates", "hidden", "all"}
        Which units have a bias; the experiments differ.
    """

    inputs: int
    outputs: int
    blocks: int
    cells_per_block: int
    biases: Literal["none", "gates", "hidden", "all"]

    @property
    def weights(self) -> int:
        """Return the number of weights, as the paper's tables give it."""
        cells, gates = self.blocks * self.cells_per_block, 2 * self.blocks
        hidden = cells + gates
        count = hidden * (self.inputs + hidden) + self.outputs * cells
        biases = {"none": 0, "gates": gates, "hidden": hidden, "all": hidden + self.outputs}
        return count + biases[self.biases]


# Experiment → (network, number of weights printed in the paper).
NETWORKS = {
    "1, 4 blocks of 1": (Net1997(7, 7, 4, 1, "gates"), 264),
    "1, 3 blocks of 2": (Net1997(7, 7, 3, 2, "gates"), 276),
    "2c, p = q = 50": (Net1997(54, 2, 2, 1, "none"), 364),
    "2c, p = q = 100": (Net1997(104, 2, 2, 1, "none"), 664),
    "3a": (Net1997(1, 1, 3, 1, "hidden"), 102),
    "4": (Net1997(2, 1, 2, 2, "all"), 93),
    "6a": (Net1997(8, 4, 2, 2, "all"), 156),
    "6b": (Net1997(8, 8, 3, 2, "all"), 308),
}
