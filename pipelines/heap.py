"""Keeps the memory of a process with many threads small."""

import ctypes

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's mallopt(3)."""
_ARENAS = 2


def limit_heaps() -> None:
    """Let all threads share two heaps: glibc gives each its own, and what one thread frees no other gets.

    The threads of Beam's local runner pass records on to each other, so their heaps grow to twice of what is used.
    Does nothing where the C library has no such setting.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_ARENA_MAX, _ARENAS)
