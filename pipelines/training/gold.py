"""Gold data as sentences with the tagger's own tags, and how each collection is divided into training and measuring."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.training.columns import Labelled, repaired
from pipelines.training.gum import read_gum

_GERMEVAL = {"PER": "PER", "LOC": "LOC", "ORG": "ORG", "OTH": "MISC"}
_MOBIE = {"location": "LOC", "organization": "ORG", "person": "PER"}
_NO_PLACES = ("location-route",)


class Gold(NamedTuple):
    """A collection: what of it teaches, how often in each round, and what of it measures."""

    name: str
    train: list[Labelled]
    weight: int
    measure: list[Labelled]


def read_gold(data: Path, language: str) -> list[Gold]:
    """The gold collections of a language."""
    ner = data / "ner"
    if language == "de":
        germeval = list(_columns(ner / "germeval2014" / "NER-de-dev.tsv", 1, 2, _germeval))
        mobie = {part: list(_columns(ner / "mobie" / f"{part}.conll2003", 0, 3, _mobie)) for part in ("train", "test")}
        train = [sentence for number, sentence in enumerate(germeval) if number % 4]
        return [Gold("GermEval dev", train, 6, germeval[::4]), Gold("MobIE", mobie["train"], 1, mobie["test"])]
    if language == "en":
        gum = [sentence for document in read_gum(ner / "gum") for sentence in document]
        ewt = list(_columns(ner / "uner-en-ewt" / "en_ewt-ud-dev.iob2", 1, 2, str))
        return [Gold("GUM", [], 0, gum), Gold("UNER-EWT", [], 0, ewt)]
    if language == "fr":
        europeana = list(_columns(ner / "europeana" / "enp_FR.bnf.bio", 0, 1, _plain, re.compile(r"\s")))
        return [Gold("Europeana (OCR, old)", [], 0, _pieces(europeana))]
    return []


def _columns(
    path: Path, word: int, tag: int, read: Callable[[str], str], cut: re.Pattern[str] = re.compile("\t")
) -> Iterator[Labelled]:
    rows: list[tuple[str, str]] = []
    for line in [*path.read_text("utf-8").split("\n"), ""]:
        columns = cut.split(line.rstrip())
        if line.startswith(("-DOCSTART-", "# ", "#\t")) or len(columns) <= max(word, tag):
            if rows:
                words, tags = zip(*rows, strict=True)
                yield Labelled(words, repaired(tags))
                rows = []
            continue
        rows.append((columns[word], read(columns[tag])))


def _germeval(tag: str) -> str:
    """The outer names; words made of names (`deutsche`, `EU-Gipfel`) are none."""
    kind = _GERMEVAL.get(tag[2:])
    return f"{tag[:2]}{kind}" if kind else "O"


def _mobie(tag: str) -> str:
    kind = None if tag[2:] in _NO_PLACES else _MOBIE.get(tag[2:].partition("-")[0])
    return f"{tag[:2]}{kind}" if kind else "O"


def _plain(tag: str) -> str:
    return tag if tag[2:] in ("PER", "LOC", "ORG") else "O"


def _pieces(sentences: Iterable[Labelled]) -> list[Labelled]:
    size = 100
    return [
        Labelled(words[at : at + size], repaired(tags[at : at + size]))
        for words, tags in sentences
        for at in range(0, len(words), size)
    ]
