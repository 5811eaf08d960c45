"""Keeps the memory of a process with many threads small, and rarely looked through."""

import ctypes
import gc

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's mallopt(3)."""
_ARENAS = 2
_RECORDS = 10_000
"""Objects that are made before the young ones are looked through for cycles; CPython's own 700 are a few articles."""


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


def collect_rarely() -> None:
    """Look for cycles less often: records have none, and a look through gazetteers and Beam costs 150 ms each time."""
    gc.set_threshold(_RECORDS)
