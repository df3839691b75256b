"""The embedded grammar, against another description of it."""

import numpy as np
import pytest

from app.core.tasks.base import one_hot
from app.core.tasks.reber import FRAME, SYMBOLS, EmbeddedReber, length_distribution

# The grammar between B and E, from the figure in Hochreiter & Schmidhuber (1997).
GRAMMAR = {
    "1": [("T", "2"), ("P", "3")],
    "2": [("S", "2"), ("X", "4")],
    "3": [("T", "3"), ("V", "5")],
    "4": [("X", "3"), ("S", "6")],
    "5": [("P", "4"), ("V", "6")],
}


def walk(rng):
    """Draw an embedded string and count its two-way choices inside."""
    state, inner, choices = "1", "B", 0
    while state != "6":
        symbol, state = GRAMMAR[state][rng.integers(2)]
        inner += symbol
        choices += 1
    side = "TP"[rng.integers(2)]
    return f"B{side}{inner}E{side}E", choices


def is_legal(string):
    state = "1"
    if string[0] + string[2] + string[-1] + string[-3] != "BBEE" or string[1] != string[-2]:
        return False
    for symbol in string[3:-3]:
        state = dict(GRAMMAR.get(state, [])).get(symbol)
        if state is None:
            return False
    return state == "6"


def strings_of(batch):
    first = batch.xs[:1].argmax(axis=2)
    columns = np.concatenate([first, batch.targets]).T
    return ["".join(SYMBOLS[s] for s in column) for column in columns]


def test_every_string_is_legal():
    task = EmbeddedReber()
    seen = set()
    for seed in range(60):
        batch = task.sample(np.random.default_rng(seed), 8)
        np.testing.assert_array_equal(batch.xs[1:].argmax(axis=2), batch.targets[:-1])
        for string in strings_of(batch):
            assert is_legal(string), string
            assert len(string) <= 30
            seen.add(string)
    assert len(seen) > 100
    assert {string[1] for string in seen} == {"T", "P"}


@pytest.fixture(scope="module")
def walks():
    rng = np.random.default_rng(0)
    drawn = (walk(rng) for _ in range(40_000))
    return [(len(string), choices) for string, choices in drawn if len(string) <= 30]


def test_lengths_are_those_of_the_grammar(walks):
    lengths, probabilities = length_distribution(30)
    for length, probability in zip(lengths, probabilities, strict=True):
        share = np.mean([n == length for n, _ in walks])
        assert share == pytest.approx(probability, abs=0.01)
    assert lengths[0] == FRAME + 5
    assert probabilities.sum() == pytest.approx(1)


def test_strings_of_one_length_have_the_shares_of_the_grammar():
    """Strings of 11 symbols: conditioning on a length must not favour any of them."""
    rng = np.random.default_rng(0)
    wanted = {}
    for _ in range(20_000):
        string, _ = walk(rng)
        if len(string) == 11:
            wanted[string[2:-2]] = wanted.get(string[2:-2], 0) + 1
    got = {}
    task = EmbeddedReber(length=12)
    for seed in range(400):
        for string in strings_of(task.sample(np.random.default_rng(seed), 16)):
            if len(string) == 11:
                got[string[2:-2]] = got.get(string[2:-2], 0) + 1
    assert got.keys() == wanted.keys()
    for inner, count in wanted.items():
        share = got[inner] / sum(got.values())
        assert share == pytest.approx(count / sum(wanted.values()), abs=0.04)


def test_baseline(walks):
    """One bit for each choice inside, one for the first T or P, one for the last; per step."""
    cost = np.mean([(choices + 2) * np.log(2) / (length - 1) for length, choices in walks])
    assert cost == pytest.approx(EmbeddedReber(length=30).baseline, rel=0.01)


class TestScore:
    task = EmbeddedReber()

    def predictions(self, batch):
        """Return 1 for each symbol that may follow, found by trying all of them."""
        outputs = np.zeros((*batch.targets.shape, 7))
        for b, string in enumerate(strings_of(batch)):
            for step in range(1, len(string)):
                outputs[step - 1, b] = self.legal_after(string[:step], string)
        return outputs

    def legal_after(self, prefix, string):
        if len(prefix) == 1:
            allowed = "TP"
        elif len(prefix) == 2:
            allowed = "B"
        elif prefix[2:].endswith("E") and len(prefix) == len(string) - 2:
            allowed = string[1]
        elif len(prefix) == len(string) - 1:
            allowed = "E"
        else:
            state = "1"
            for symbol in prefix[3:]:
                state = dict(GRAMMAR[state])[symbol]
            allowed = "E" if state == "6" else [s for s, _ in GRAMMAR[state]]
        return [symbol in allowed for symbol in SYMBOLS]

    @pytest.mark.parametrize("seed", range(5))
    def test_all_legal_successors_on_top_is_right(self, seed):
        batch = self.task.sample(np.random.default_rng(seed), 10)
        np.testing.assert_array_equal(self.task.score(self.predictions(batch), batch.targets), 1)

    def test_the_forgotten_second_symbol_is_wrong(self):
        batch = self.task.sample(np.random.default_rng(0), 50)
        outputs = self.predictions(batch)
        outputs[-2, :, SYMBOLS.index("T")], outputs[-2, :, SYMBOLS.index("P")] = 1.0, 0.0
        ends_in_t = batch.targets[-2] == SYMBOLS.index("T")
        np.testing.assert_array_equal(self.task.score(outputs, batch.targets), ends_in_t)

    def test_only_the_symbol_that_came_is_not_enough(self):
        batch = self.task.sample(np.random.default_rng(0), 10)
        outputs = one_hot(batch.targets, 7)
        np.testing.assert_array_equal(self.task.score(outputs, batch.targets), 0)
