"""Unpacks gzip and deflate piece by piece, so that a bomb never stands in memory whole."""

import zlib
from collections.abc import Iterator, Sequence

PIECE = 256 * 1024
"""Bytes of unpacked data that come at once, at most."""

_WINDOW = 8 * 1024
"""Packed bytes looked at together: what follows the end of a gzip member is copied for each member."""

_IN_USE = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_NOT_UNPACKED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})


class Corrupt(ValueError):
    """Packed data that can't be unpacked; its text says what is wrong with it."""


class UnknownCoding(Corrupt):
    """Data packed in a way that was not asked for."""


class Unpacker:
    """One stream of packed data.

    The first byte decides: `gzip` that is none is passed on as it is, `deflate` may come with zlib's wrapping
    (RFC 1950) or without (RFC 1951), since servers send both.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._begun = False
        self._bits: int | None = None
        self._stream = zlib.decompressobj()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes unpack to. Raises Corrupt."""
        if not data:
            return
        if not self._begun:
            self._begin(data[0])
        if self._bits is None:
            yield data
            return
        for start in range(0, len(data), _WINDOW):
            yield from self._inflated(data[start : start + _WINDOW])

    def rest(self) -> Iterator[bytes]:
        """What is left when no more bytes come. Raises Corrupt where more should have come."""
        if self._bits is None:
            return
        while piece := self._next(b""):
            yield piece
        if not self._stream.eof:
            raise Corrupt("it ends too early")

    def _begin(self, first: int) -> None:
        self._begun = True
        if self._coding == "deflate":
            self._bits = zlib.MAX_WBITS if first & 0x0F == 8 else -zlib.MAX_WBITS
        elif first == 0x1F:
            self._bits = 16 + zlib.MAX_WBITS
        if self._bits is not None:
            self._stream = zlib.decompressobj(self._bits)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                data = self._next_member(data)
                if not data:
                    return
            if piece := self._next(data):
                yield piece
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _next_member(self, data: bytes) -> bytes:
        """gzip files may be several in a row (RFC 1952, section 2.2), padded with zeros."""
        data = data.lstrip(b"\0")
        if data:
            if self._coding != "gzip" or data[0] != 0x1F:
                raise Corrupt("something else follows its end")
            self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return data

    def _next(self, data: bytes) -> bytes:
        try:
            return self._stream.decompress(data, PIECE)
        except zlib.error as error:
            raise Corrupt("its packed data is damaged") from error


def unpackers(content_encoding: str) -> list[Unpacker]:
    """The unpackers for a Content-Encoding header, in the order in which they undo it.

    Data that comes as gzip without saying so is unpacked too. Raises UnknownCoding.
    """
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    if unknown := [coding for coding in codings if coding in _NOT_UNPACKED]:
        raise UnknownCoding(f"it is packed as '{unknown[0]}', which was not asked for")
    names = [_IN_USE[coding] for coding in reversed(codings) if coding in _IN_USE]
    if len(names) > 3:
        raise UnknownCoding("it is packed more than three times over")
    return [Unpacker(name) for name in names or ["gzip"]]


def through(chain: Sequence[Unpacker], data: bytes) -> Iterator[bytes]:
    """Pieces of data after all unpackers. Raises Corrupt."""
    if not chain:
        yield data
        return
    for piece in chain[0].pieces(data):
        yield from through(chain[1:], piece)


def rest_of(chain: Sequence[Unpacker]) -> Iterator[bytes]:
    """The last pieces. Raises Corrupt where more should have come."""
    for place, unpacker in enumerate(chain, 1):
        for piece in unpacker.rest():
            yield from through(chain[place:], piece)
