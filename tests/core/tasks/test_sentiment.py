import numpy as np
import pytest

from app.core.tasks.sentiment import BAD, GOOD, NOT, Sentiment


@pytest.mark.parametrize("length", [10, 19, 50])
def test_words_and_their_places(length):
    batch = Sentiment(length=length).sample(np.random.default_rng(0), 2000)
    tokens, tenth = batch.xs.argmax(axis=2), length // 10
    negated = (tokens[:tenth] == NOT).any(axis=0)
    good, bad = ((tokens[-tenth:] == word).any(axis=0) for word in (GOOD, BAD))
    assert (good != bad).all()
    assert not np.isin(tokens[tenth:-tenth], [NOT, GOOD, BAD]).any()
    np.testing.assert_array_equal(batch.targets, good ^ negated)
    assert negated.mean() == pytest.approx(0.5, abs=0.05)


def test_baseline():
    """The last word alone says nothing."""
    batch = Sentiment(length=10).sample(np.random.default_rng(0), 100_000)
    last = batch.xs[-1].argmax(axis=1)
    for word in (GOOD, BAD):
        share = batch.targets[last == word].mean()
        entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
        assert entropy == pytest.approx(Sentiment().baseline, rel=0.01)
