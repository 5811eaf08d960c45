"""Tells what overlaps a series of places in a text."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Intervals:
    """Starts and ends (exclusive), in any order, overlapping or not."""

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        self._ordered = sorted(intervals)
        self._starts = [start for start, _ in self._ordered]
        self._ends = list(accumulate((end for _, end in self._ordered), max))

    def with_more(self, intervals: Iterable[tuple[int, int]]) -> "Intervals":
        """These and others."""
        return Intervals([*self._ordered, *intervals])

    def overlap(self, start: int, end: int) -> bool:
        """Whether any of them shares a character with this."""
        before = bisect_right(self._starts, end - 1)
        return before > 0 and self._ends[before - 1] > start

    def cover(self, start: int, end: int) -> bool:
        """Whether any of them holds all of this."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._ends[before - 1] >= end
