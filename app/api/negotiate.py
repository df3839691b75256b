"""Choose a representation by the ``Accept`` header (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence

from app.api.errors import Problem


def negotiate(accept: str | None, offers: Sequence[str]) -> str:
    """Return the offer that a client likes best; the first one if it says nothing.

    Raises
    ------
    Problem
        406, naming the offers.
    """
    if not accept or not accept.strip():
        return offers[0]
    ranges = [_parse(part) for part in accept.split(",") if part.strip()]
    best = max(offers, key=lambda offer: (_quality(offer, ranges), -offers.index(offer)))
    if _quality(best, ranges) <= 0:
        raise Problem(406, "not_acceptable", f"This is offered as {', '.join(offers)}.")
    return best


def _parse(text: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                quality = 0.0
    return media_range, quality


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that an offer falls in."""
    found = dict(ranges)
    for media_range in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        if media_range in found:
            return found[media_range]
    return 0.0


def takes_gzip(accept_encoding: str | None) -> bool:
    """Tell whether a client takes gzip (RFC 9110, section 12.5.3)."""
    found = dict(_parse(part) for part in (accept_encoding or "").split(",") if part.strip())
    return found.get("gzip", found.get("x-gzip", found.get("*", 0.0))) > 0
