"""Events as bytes: pieces made once are whole in the stream of everybody, in any order."""

import random
import zlib

import pytest

from app.runs.wire import NOTHING, Gzip, Plain, event, joined, piece, short

PIECES = [
    piece(b"event: frame\ndata: " + b'{"loss":0.25,"grad_h":[1e-7,2e-7]}' * 90 + b"\n\n"),
    short(b"id: 12.-.7\n"),
    piece('event: state\ndata: {"label":"σ"}\n\n'.encode()),
    short(b"x" * 65_535),
    NOTHING,
]


def test_an_event_is_what_the_standard_says():
    assert event("end", "{}") == b"event: end\ndata: {}\n\n"
    assert event("frame", '{"a":1}', "1.-") == b'id: 1.-\nevent: frame\ndata: {"a":1}\n\n'


@pytest.mark.parametrize("seed", range(5))
def test_pieces_in_any_order_are_one_gzip_stream(seed):
    chosen = random.Random(seed).choices(PIECES, k=20)
    plain, gzip = Plain(), Gzip()
    text = b"".join(map(plain.add, chosen)) + plain.end()
    packed = b"".join(map(gzip.add, chosen)) + gzip.end()
    decoder = zlib.decompressobj(31)  # checks length and check sum
    assert decoder.decompress(packed) == text == b"".join(p.text for p in chosen)
    assert decoder.eof


def test_a_piece_is_readable_as_soon_as_it_has_arrived():
    gzip, decoder = Gzip(), zlib.decompressobj(31)
    for chosen in PIECES:
        assert decoder.decompress(gzip.add(chosen)) == chosen.text


def test_nothing_at_all_is_a_gzip_stream_too():
    assert zlib.decompress(Gzip().end(), 31) == b""


def test_joined_pieces_share_nothing_with_what_comes_before():
    both = joined(PIECES)
    assert zlib.decompressobj(-15).decompress(both.packed) == both.text
    assert len(PIECES[0].packed) < len(PIECES[0].text) / 10
