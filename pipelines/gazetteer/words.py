"""How names lie in running text: their first words, and the letters of scripts that put no spaces between words."""

import re
from collections import defaultdict
from collections.abc import Iterable

PAIR = re.compile(r"\w+\W+\w+")
"""The first two words of a name."""

_LATIN_1 = "\u00ff"
_LETTERS = "".join(map(chr, range(256)))
_END = r"(?!\w)"

_FIRST = re.compile(r"\w*")


def pair_start(pair: str) -> str:
    """The first word of a pair and two characters more: enough to refuse most texts without a look at the whole."""
    return pair[: len(first_word(pair)) + 2]


def is_unspaced(letter: str) -> bool:
    """Whether names in this letter's script are looked for anywhere, and not only as whole words."""
    return letter >= "\u0900" and (
        letter <= "\u0eff"
        or "\u1000" <= letter <= "\u109f"
        or "\u1100" <= letter <= "\u11ff"
        or "\u3040" <= letter <= "\u9fff"
        or "\uac00" <= letter <= "\ud7af"
    )


def first_word(name: str) -> str:
    """The letters and digits before the first space, hyphen or apostrophe."""
    found = _FIRST.match(name)
    return found.group() if found else ""


class Beginnings:
    """Finds the words of a text that may begin a name: most don't, so this is where a scan is fast or slow.

    What is found is a superset: words by the first letter, words that start small by the first three.
    """

    def __init__(self, words: Iterable[str]) -> None:
        letters = {word[0] for word in words if word}
        small = {word for word in words if word[:1].islower() and word[0] <= _LATIN_1}
        if any(letter > _LATIN_1 and letter.islower() for letter in letters):
            self._large, self._small = re.compile(r"\w+"), None
            return
        others = "".join(
            letter for letter in _LETTERS if letter not in letters or letter.islower() or not letter.isalnum()
        )
        self._large = re.compile(rf"[^{re.escape(others)}](?<!\w.)(?<=\w)\w*", re.DOTALL)
        self._small = re.compile(rf"[^0-9A-Za-z_](?:{_prefixes(small)})\w*") if small else None

    def find(self, text: str) -> list[tuple[int, str]]:
        """Words with their offsets, in order."""
        found = [(match.start(), match[0]) for match in self._large.finditer(text)]
        if self._small is not None:
            matches = self._small.finditer(text)
            small = [(match.start() + 1, word[1:]) for match in matches if not (word := match[0])[0].isalnum()]
            first = self._small.match(f" {text[:4]}")
            if small or first:
                found += small
                if first is not None and (whole := _FIRST.match(text)):
                    found.append((0, whole[0]))
                found.sort()
        return found


def _prefixes(words: Iterable[str]) -> str:
    """A pattern of the first three letters of words, or of the whole of a shorter one, as a tree of two levels."""
    tree: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for word in words:
        tree[word[0]][word[1:2]].add(word[2:3])
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(_ending(second, thirds) for second, thirds in sorted(seconds.items()))})"
        for first, seconds in sorted(tree.items())
    )


def _ending(second: str, thirds: set[str]) -> str:
    if not second:
        return _END
    ways = [f"[{re.escape(''.join(sorted(thirds)))}]"] if any(thirds) else []
    if "" in thirds:
        ways.append(_END)
    return f"{re.escape(second)}(?:{'|'.join(ways)})"
