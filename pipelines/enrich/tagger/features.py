"""What of a word itself tells whether it is a name: its letters, its shape, and lists it stands in, as hashes."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]
_Codes = npt.NDArray[np.uint64]

SHOUTED = "\x02"
"""Stands before a word of a sentence that is all in capitals."""

_LENGTH = 24
_AFFIXES = 6
_TRIGRAMS = 18
_SHAPED = 8
"""Letters; of longer words the whole shape is no feature."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)

WORD_COLUMN = 0
"""The column of the word itself; the others say what it is made of."""
COLUMNS = 1 + 2 * _AFFIXES + _TRIGRAMS + 8


class Lexicon(NamedTuple):
    """Lists of names and of common words: sorted hashes of lower-cased words, and a bit for each list that has it."""

    hashes: Hashes
    bits: npt.NDArray[np.uint8]


def word_hashes(words: Sequence[str]) -> Hashes:
    """The hash of each lower-cased word, as the lexicon and the first column have it."""
    lowered = _codes([_short(word).lower() for word in words])
    return _finish(_running(lowered)[-1], WORD_COLUMN)


def features(words: Sequence[str], lexicon: Lexicon) -> Hashes:
    """One row for each word, `COLUMNS` hashes wide; 0 is no feature."""
    shouted = np.array([word.startswith(SHOUTED) for word in words], dtype=bool)
    short = [_short(word.removeprefix(SHOUTED)) for word in words]
    lower = [word.lower()[:_LENGTH] for word in short]
    codes = _codes(lower)
    forward = _running(codes)
    backward = _running(_codes([word[::-1] for word in lower]))
    lengths = np.array([len(word) for word in lower], dtype=np.int64)
    whole = _finish(forward[-1], WORD_COLUMN)
    columns = [whole, *_affixes(forward, lengths, 1), *_affixes(backward, lengths, 1 + _AFFIXES)]
    columns += _trigrams(codes, lengths)
    columns += _parts(codes, lengths, forward, backward)
    columns += _shapes(short, shouted)
    columns += _listed(whole, columns[-2], lexicon)
    return np.stack(columns).T


def _short(word: str) -> str:
    word = word.replace("’", "'")
    return word if len(word) <= _LENGTH else word[: _LENGTH // 2] + word[-_LENGTH // 2 :]


def _letters(words: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Code points, one row for each letter's place and one column for each word, zeros behind its end."""
    packed = np.array(words, dtype=f"U{_LENGTH}")
    return np.ascontiguousarray(packed.view(np.uint32).reshape(len(words), _LENGTH).T)


def _codes(words: Sequence[str]) -> _Codes:
    """Code points as `_letters` has them; all digits are one."""
    codes = _letters(words)
    codes[(codes >= 48) & (codes <= 57)] = 48
    return codes.astype(np.uint64)


def _running(codes: _Codes) -> _Codes:
    """The hash of the first 0, 1, 2, … letters of each word; zeros change nothing."""
    out = np.zeros((len(codes) + 1, codes.shape[1]), dtype=np.uint64)
    for at, letters in enumerate(codes):
        out[at + 1] = np.where(letters > 0, (out[at] + letters) * _PRIME, out[at])
    return out


def _finish(hashes: _Codes, seed: int) -> Hashes:
    salt = np.uint64((seed + 1) * int(_MIX) % 2**64)
    mixed = (hashes ^ salt) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _PRIME
    return np.asarray(mixed >> np.uint64(32), dtype=np.uint32) | np.uint32(1)


def _affixes(running: _Codes, lengths: npt.NDArray[np.int64], seed: int) -> list[Hashes]:
    absent = np.uint32(0)
    sizes = range(1, _AFFIXES + 1)
    return [np.where(lengths > size, _finish(running[size], seed + size), absent) for size in sizes]


def _trigrams(codes: _Codes, lengths: npt.NDArray[np.int64]) -> list[Hashes]:
    """Three letters at a time of `^word$`."""
    framed = np.zeros((_LENGTH + 2, len(lengths)), dtype=np.uint64)
    framed[0] = ord("^")
    framed[1:-1] = codes
    framed[lengths + 1, np.arange(len(lengths))] = ord("$")
    columns = []
    for first, middle, last in zip(framed, framed[1:], framed[2 : 2 + _TRIGRAMS], strict=False):
        gram = ((first * _PRIME + middle) * _PRIME + last) * _PRIME
        columns.append(np.where(last > 0, _finish(gram, 30), np.uint32(0)))
    return columns


def _parts(codes: _Codes, lengths: npt.NDArray[np.int64], forward: _Codes, backward: _Codes) -> list[Hashes]:
    """What stands before the first hyphen and behind the last."""
    hyphens = codes == ord("-")
    first = hyphens.argmax(axis=0)
    last = lengths - _LENGTH + hyphens[::-1].argmax(axis=0)
    joined = (first > 0) & (last > 0)
    words = np.arange(len(lengths))
    before = _finish(forward[first, words], 31)
    behind = _finish(backward[np.maximum(last, 0), words], 32)
    return [np.where(joined, before, np.uint32(0)), np.where(joined, behind, np.uint32(0))]


def _shapes(words: Sequence[str], shouted: npt.NDArray[np.bool_]) -> list[Hashes]:
    """The shape with repeats, the shape without them, that of the first letters with the length, and being shouted."""
    letters = _letters(words)
    kinds = _kinds()[np.minimum(letters, 0xFFFF)]
    repeated = np.zeros_like(kinds, dtype=bool)
    repeated[1:] = kinds[1:] == kinds[:-1]
    lengths = (letters > 0).sum(axis=0)
    running = _running(kinds[:_SHAPED])
    full = _finish(running[-1], 33)
    collapsed = _finish(_running(np.where(repeated, np.uint64(0), kinds))[-1], 34)
    starts = _finish(running[3] * _PRIME + np.minimum(lengths, 12).astype(np.uint64), 35)
    loud = _finish(np.full(len(words), 7, dtype=np.uint64), 36)
    return [np.where(lengths <= _SHAPED, full, np.uint32(0)), starts, collapsed, np.where(shouted, loud, np.uint32(0))]


def _listed(whole: Hashes, shape: Hashes, lexicon: Lexicon) -> list[Hashes]:
    """The lists that a word stands in, alone and together with its shape."""
    if not len(lexicon.hashes):
        return [np.zeros_like(whole), np.zeros_like(whole)]
    at = np.minimum(np.searchsorted(lexicon.hashes, whole), len(lexicon.hashes) - 1)
    bits = np.where(lexicon.hashes[at] == whole, lexicon.bits[at], 0).astype(np.uint64)
    return [_finish(bits, 37), _finish(bits * _PRIME + shape.astype(np.uint64), 38)]


@cache
def _kinds() -> _Codes:
    """What kind of character each of the first 65,536 is."""
    table = np.full(0x10000, 1, dtype=np.uint64)
    for code in range(0x10000):
        letter = chr(code)
        if letter.isupper():
            table[code] = 2
        elif letter.isalpha():
            table[code] = 3
        elif letter.isdigit():
            table[code] = 4
    table[[ord(mark) for mark in "-–"]] = 5
    table[ord(".")] = 6
    table[[ord(mark) for mark in "'’"]] = 7
    table[0] = 0
    return table
