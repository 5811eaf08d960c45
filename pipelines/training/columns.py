"""Sentences with IOB2 tags, and the column files that hold them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


class Labelled(NamedTuple):
    """A sentence, and one IOB2 tag for each of its words."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_columns(path: Path) -> Iterator[Labelled]:
    """The sentences of a file with a word and a tag on each line, a tab between."""
    words: list[str] = []
    tags: list[str] = []
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            word, _, tag = line.rstrip("\n").partition("\t")
            if word:
                words.append(word)
                tags.append(tag)
            elif words:
                yield Labelled(tuple(words), tuple(tags))
                words, tags = [], []
    if words:
        yield Labelled(tuple(words), tuple(tags))


def write_columns(path: Path, sentences: Iterable[Labelled]) -> None:
    """Writes what `read_columns` reads; the file appears when it is whole."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="\n") as out:
        for sentence in sentences:
            out.writelines(f"{word}\t{tag}\n" for word, tag in zip(*sentence, strict=True))
            out.write("\n")
    part.rename(path)


def repaired(tags: Sequence[str]) -> tuple[str, ...]:
    """IOB2 out of IO, IOB1 or broken tags: what does not continue a name of its kind begins one."""
    before = "O"
    out = []
    for tag in tags:
        continues = tag.startswith("I-") and before[2:] == tag[2:] and before != "O"
        out.append(tag if tag == "O" or continues else f"B-{tag[2:]}")
        before = tag
    return tuple(out)
