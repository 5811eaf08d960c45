"""Lets a Stanford CRF classifier label texts, shard by shard; writes tokens and IOB2 tags.

`python -m pipelines.training.label DATA JARS OUT LANGUAGE TOKENS`: DATA is the data folder, JARS holds the program and
its classifiers, TOKENS is how many to label of each of free texts and others.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.enrich.tagger.tokens import sentences
from pipelines.training.columns import Labelled, repaired, write_columns
from pipelines.training.texts import Text, read_texts

SHARD = 500_000
"""Tokens."""

CLASSIFIERS = {
    "de": "german.distsim.crf.ser.gz",
    "en": "english.all.3class.distsim.crf.ser.gz",
    "fr": "french-wikiner-4class.crf.ser.gz",
    "es": "spanish.ancora.distsim.s512.crf.ser.gz",
}
_KINDS = {"PERSON": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG", "PERS": "PER", "LUG": "LOC", "OTROS": "MISC"}


def main(data: str, jars: str, out: str, language: str, tokens: str) -> None:
    """Labels until there are enough shards, or no more text."""
    wanted = int(tokens) // SHARD
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    shards = {free: _shards(_of(data, language, free), language) for free in (True, False)}
    for number in range(wanted):
        for free in (True, False):
            target = folder / f"{language}-{'free' if free else 'other'}-{number:02}.tsv"
            shard = next(shards[free], None)
            if shard and not target.exists():
                write_columns(target, _teach(shard, Path(jars), language, target.with_suffix(".in")))


def _of(data: str, language: str, free: bool) -> Iterator[Text]:
    return (text for text in read_texts(Path(data), language) if text.free is free)


def _shards(texts: Iterable[Text], language: str) -> Iterator[list[list[str]]]:
    shard: list[list[str]] = []
    size = 0
    for text in texts:
        for sentence in sentences("\n\n".join(text.paragraphs), language):
            shard.append(sentence.words)
            size += len(sentence.words)
        if size >= SHARD:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


def _teach(shard: list[list[str]], jars: Path, language: str, path: Path) -> Iterator[Labelled]:
    lines = ("".join(f"{word}\tO\n" for word in words) + "\n" for words in shard)
    path.write_text("".join(lines).replace("’", "'"), "utf-8")
    command = ["java", "-Xmx3g", "-XX:+UseSerialGC", "-cp", str(jars / "stanford-corenlp-4.5.7.jar")]
    command += ["edu.stanford.nlp.ie.crf.CRFClassifier", "-loadClassifier", str(jars / CLASSIFIERS[language])]
    command += ["-testFile", str(path), "-map", "word=0,answer=1"]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    path.unlink()
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.strip()]
    tags = iter([row[-1].strip() for row in rows])
    for words in shard:
        yield Labelled(tuple(words), repaired([_tag(next(tags)) for _ in words]))
    if next(tags, None) is not None:
        raise ValueError(f"{path}: the teacher gave more tags than there are tokens")


def _tag(answer: str) -> str:
    kind = answer.removeprefix("B-").removeprefix("I-")
    return "O" if kind == "O" else f"{answer[:2] if answer[1:2] == '-' else 'I-'}{_KINDS.get(kind, kind)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
