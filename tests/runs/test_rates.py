"""Buckets of tokens: deep enough for a class, and never empty for good."""

import threading

from app.runs import rates
from app.runs.rates import Buckets


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_bucket_is_emptied_and_fills_again():
    clock = Clock()
    buckets = Buckets(3, 60.0, clock)
    assert [buckets.take("a").left for _ in range(3)] == [2, 1, 0]
    refused = buckets.take("a")
    assert (refused.left, refused.wait, refused.full_in) == (0, 20.0, 60.0)
    assert buckets.take("b").left == 2  # another client is not concerned
    clock.now += 20.0
    assert buckets.take("a").wait == 0.0
    assert buckets.take("a").wait > 0.0
    clock.now += 1e9
    assert buckets.take("a").left == 2  # full, and not more than full


def test_threads_do_not_take_the_same_token():
    buckets = Buckets(500, 1e9)
    allowed = []

    def take():
        allowed.extend(buckets.take("a").wait == 0.0 for _ in range(200))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 500


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(rates, "MOST_CLIENTS", 10)
    buckets = Buckets(1, 60.0)
    for client in range(100):
        buckets.take(str(client))
    assert len(buckets._buckets) == 10


def test_a_request_takes_what_it_costs_and_at_most_everything():
    clock = Clock()
    buckets = Buckets(10, 60.0, clock)
    assert buckets.take("a", 7).left == 3
    refused = buckets.take("a", 4)
    assert (refused.left, refused.wait) == (3, 6.0), "nothing was taken"
    assert buckets.take("a", 3).left == 0
    clock.now += 60.0
    assert buckets.take("a", 10**9).left == 0, "what costs more than all is not refused for ever"
    assert buckets.take("b", 0).left == 10
