"""Reads GUM: of its entities, those that are named, in the words of their own name."""

import re
from collections import defaultdict
from pathlib import Path

from pipelines.training.columns import Labelled

_GENRES = ("news", "interview", "bio", "speech", "voyage")
_KINDS = {"person": "PER", "organization": "ORG", "place": "LOC"}
_NUMBERED = re.compile(r"(.+)\[(\d+)\]")
_PRONOUNS = frozenset(("I", "He", "She", "It", "We", "They", "You", "My", "His", "Her", "Our", "Their"))


def read_gum(folder: Path) -> list[list[Labelled]]:
    """The documents, genre by genre."""
    paths = [path for genre in _GENRES for path in sorted(folder.glob(f"GUM_{genre}_*.tsv"))]
    return [_document(path) for path in paths]


def _document(path: Path) -> list[Labelled]:
    out = []
    for block in path.read_text("utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line[:1].isdigit()]
        rows = [row for row in rows if "." not in row[0]]
        if rows:
            words = tuple(row[2] for row in rows)
            out.append(Labelled(words, _tags(words, rows)))
    return out


def _tags(words: tuple[str, ...], rows: list[list[str]]) -> tuple[str, ...]:
    spans: dict[tuple[str, str], list[int]] = defaultdict(list)
    titles: dict[str, str] = {}
    for at, row in enumerate(rows):
        for kind, number in _NUMBERED.findall(row[3].replace("|", "\n")):
            spans[kind, number].append(at)
        for title, number in _NUMBERED.findall(row[6].replace("|", "\n")):
            titles[number] = title
    tags = ["O"] * len(words)
    for (kind, number), places in sorted(spans.items(), key=lambda item: -len(item[1])):
        name = _name(words, places, titles.get(number, ""))
        if kind in _KINDS and name:
            tags[name[0] : name[-1] + 1] = [f"{'I' if n else 'B'}-{_KINDS[kind]}" for n in range(len(name))]
    return tuple(tags)


def _name(words: tuple[str, ...], places: list[int], title: str) -> list[int]:
    """The last run of a mention's words that stand in its identity's title; it must close the mention."""
    own = {part.strip("(),.").lower() for part in re.split(r"[_\s-]", title)}
    if places and words[places[-1]] in ("'s", "’s"):
        places = places[:-1]
    run: list[int] = []
    for at in reversed(places):
        if words[at].strip(".,").lower() not in own:
            break
        run.insert(0, at)
    while run and not words[run[0]][:1].isupper():
        run.pop(0)
    capital = bool(run) and words[run[-1]][:1].isupper()
    return run if capital and words[run[0]] not in _PRONOUNS and words[run[0]] != "The" else []
