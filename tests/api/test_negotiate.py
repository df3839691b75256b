"""Content negotiation."""

import pytest

from app.api.errors import Problem
from app.api.negotiate import negotiate

OFFERS = ("application/json", "text/csv")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/*", "text/csv"),
        ("text/html, text/csv;q=0.9, */*;q=0.8", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.6", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=x, application/json", "application/json"),
    ],
)
def test_the_best_offer_is_chosen(accept, chosen):
    assert negotiate(accept, OFFERS) == chosen


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*"])
def test_nothing_that_is_accepted(accept):
    with pytest.raises(Problem) as caught:
        negotiate(accept, OFFERS)
    assert caught.value.status_code == 406
