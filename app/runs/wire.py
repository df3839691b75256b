"""Events as bytes: as text, and the same text in gzip, each made once for all who read it.

A gzip stream is a header, deflate blocks and a check sum. Every piece here is a run of whole blocks
that look back at nothing before them, so pieces made once can follow each other in any order in
the stream of any reader; only the eight bytes of the check sum, at the end, are his own.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_LEVEL = 6


@dataclass(frozen=True)
class Piece:
    """Bytes of an event stream, and the deflate blocks that hold them."""

    text: bytes
    packed: bytes

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.text) + len(self.packed)


NOTHING = Piece(b"", b"")


def piece(text: bytes) -> Piece:
    """Compress a text, independently of everything around it."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush ends at a byte and lets nothing that follows refer back.
    return Piece(text, deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH))


def short(text: bytes) -> Piece:
    """Wrap a text of at most 65 535 bytes that is too small to be worth compressing."""
    return Piece(text, struct.pack("<BHH", 0, len(text), 0xFFFF - len(text)) + text)


def joined(pieces: Iterable[Piece]) -> Piece:
    """Return pieces one after the other."""
    found = list(pieces)
    return Piece(b"".join(p.text for p in found), b"".join(p.packed for p in found))


def event(name: str, body: str, id: str | None = None) -> bytes:
    """Encode one server-sent event; with an id, it moves the reader's ``Last-Event-ID``."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


class Plain:
    """The stream of a reader who takes no gzip."""

    def add(self, piece: Piece) -> bytes:
        """Return what to send for a piece."""
        return piece.text

    def end(self) -> bytes:
        """Return what to send after the last piece."""
        return b""


class Gzip:
    """The gzip stream of one reader."""

    def __init__(self) -> None:
        self._check, self._length = 0, 0
        # Deflate, no name, no time, unknown system.
        self._head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

    def add(self, piece: Piece) -> bytes:
        """Return what to send for a piece."""
        self._check = zlib.crc32(piece.text, self._check)
        self._length += len(piece.text)
        head, self._head = self._head, b""
        return head + piece.packed if head else piece.packed

    def end(self) -> bytes:
        """Return what to send after the last piece."""
        last_block = b"\x03\x00"
        return self._head + last_block + struct.pack("<II", self._check, self._length & 0xFFFFFFFF)
