"""Unpacks a response's content coding as it streams, and stops at a size."""

import zlib

ACCEPT_ENCODING = "gzip, deflate"


class TooLarge(Exception):
    """More came out than was allowed."""


class Unpacker:
    """Feeds bytes as received, gives bytes as meant (RFC 9110, section 8.4.1). Never holds more than `limit`.

    Raises zlib.error for bytes that are not packed as said, ValueError for a coding that was not offered, and
    TooLarge beyond the limit.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self.coding = coding.strip().lower()
        if self.coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(coding)
        self.limit = limit
        self.body = bytearray()
        self.stream = None if self.coding in ("", "identity") else zlib.decompressobj(_window(self.coding))

    def feed(self, data: bytes) -> None:
        """Take some bytes as received."""
        if self.stream is None:
            self._keep(data)
            return
        while data:
            try:
                self._keep(self.stream.decompress(data, self.limit + 1 - len(self.body)))
            except zlib.error:
                if self.coding != "deflate" or self.body:
                    raise
                # Many servers send raw deflate where the RFC means zlib.
                self.coding, self.stream = "raw deflate", zlib.decompressobj(-zlib.MAX_WBITS)
                continue
            data = self.stream.unconsumed_tail
            if self.stream.eof:
                data = self.stream.unused_data
                if not data.startswith(b"\x1f\x8b"):
                    return
                self.stream = zlib.decompressobj(_window(self.coding))

    def finish(self) -> bytes:
        """All that came. Raises zlib.error when the stream breaks off."""
        if self.stream is not None and not self.stream.eof and self.body:
            raise zlib.error("the packed content breaks off")
        return bytes(self.body)

    def _keep(self, data: bytes) -> None:
        self.body += data
        if len(self.body) > self.limit:
            raise TooLarge


def _window(coding: str) -> int:
    return zlib.MAX_WBITS if coding == "deflate" else zlib.MAX_WBITS | 16
