"""What finds names, each run alone on one core: `python taggers.py newsbeam|spacy|stanford MODEL GIVEN FOUND`.

GIVEN is a JSON file with sentences as tokens and texts, FOUND gets the tags and the seconds of processor time, loading
apart. As `python taggers.py pipelines` it prints where spaCy pipelines lie. It runs in any environment.
"""

# ruff: noqa: T201  (what it prints is read by the benchmark)

import json
import os
import re
import resource
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

REPEATS = 3
BLANK = re.compile(r"\s")
UNNEEDED = ("tagger", "morphologizer", "parser", "senter", "lemmatizer", "attribute_ruler", "tok2vec")

Sentences = list[list[str]]


class Found(NamedTuple):
    """The tags of each annotated set, and seconds for the tokens and for the texts that speed is measured with."""

    tags: dict[str, Sentences]
    tokens_seconds: float
    texts_seconds: float | None


def by_newsbeam(language: str, gold: dict[str, Sentences], tokens: Sentences, texts: list[str]) -> Found:
    """A tagger that has met no word yet each time."""
    from pipelines.enrich.tagger import Tagger

    def fresh() -> Tagger:
        tagger = Tagger()
        tagger.tag([["."]], language)
        return tagger

    def seconds(work: Callable[[Tagger], object]) -> float:
        return median(_seconds(lambda tagger=tagger: work(tagger)) for tagger in [fresh() for _ in range(REPEATS)])

    tagger = fresh()
    return Found(
        {name: tagger.tag(sentences, language) for name, sentences in gold.items()},
        seconds(lambda one: one.tag(tokens, language)),
        seconds(lambda one: one.spans(texts, language)),
    )


def by_spacy(pipeline: str, gold: dict[str, Sentences], tokens: Sentences, texts: list[str]) -> Found:
    """`ner` alone over ready documents; over texts with the tokenizer before it. Tags have spaCy's labels."""
    import spacy
    from spacy.tokens import Doc

    nlp = spacy.load(pipeline, exclude=UNNEEDED)

    def documents(sentences: Sentences) -> list[Any]:
        return [Doc(nlp.vocab, words=words) for words in sentences]

    def tags(document: Any) -> list[str]:
        return [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O" for token in document]

    found = {name: [tags(document) for document in nlp.pipe(documents(rows))] for name, rows in gold.items()}
    ready = documents(tokens)
    return Found(found, _seconds(lambda: _exhaust(nlp.pipe(ready))), _seconds(lambda: _exhaust(nlp.pipe(texts))))


def by_stanford(classifier: str, gold: dict[str, Sentences], tokens: Sentences) -> Found:
    """The CRF classifier of CoreNLP, whose jar lies beside it; starting and loading are measured and taken off."""
    (jar,) = Path(classifier).parent.glob("stanford-corenlp-*.jar")
    command = ["java", "-Xmx3g", "-XX:+UseSerialGC", "-cp", str(jar), "edu.stanford.nlp.ie.crf.CRFClassifier"]
    command += ["-loadClassifier", classifier, "-map", "word=0,answer=1", "-testFile"]

    def run(sentences: Sentences) -> tuple[Sentences, float]:
        with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
            for words in sentences:
                file.writelines(f"{BLANK.sub('_', word) or '_'}\tO\n" for word in words)
                file.write("\n")
            file.flush()
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run([*command, file.name], capture_output=True, text=True, check=True, encoding="utf-8")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        blocks = [block.split("\n") for block in done.stdout.strip("\n").split("\n\n")]
        tags = [[row.split("\t")[-1] for row in block] for block in blocks]
        return tags, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    whole = [words for sentences in gold.values() for words in sentences if words]
    tags = iter(run(whole)[0])
    found = {name: [_begun(next(tags)) if words else [] for words in rows] for name, rows in gold.items()}
    return Found(found, run(tokens)[1] - run([["."]])[1], None)


def pipelines() -> dict[str, str]:
    """The directory of each spaCy pipeline with `ner` in this environment, by the pipeline's name."""
    found = {}
    for folder in map(Path, site.getsitepackages()):
        for config in sorted(folder.rglob("config.cfg")):
            meta = config.with_name("meta.json")
            if meta.is_file():
                held = json.loads(meta.read_text("utf-8"))
                if "ner" in held.get("pipeline", ()):
                    found[f"{held['lang']}_{held['name']}"] = str(config.parent)
    return found


def _begun(tags: list[str]) -> list[str]:
    """IOB2 out of tags without prefixes."""
    kinds = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC"}
    kept, before = [], "O"
    for tag in tags:
        kind = kinds.get(tag.split("-")[-1], tag.split("-")[-1])
        if kind == "O":
            kept.append("O")
        else:
            kept.append(f"{'I' if kind == before and not tag.startswith('B-') else 'B'}-{kind}")
        before = kind
    return kept


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _seconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


def main(kind: str, model: str = "", given: str = "", found: str = "") -> None:
    if kind == "pipelines":
        print(json.dumps(pipelines()))
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    data = json.loads(Path(given).read_text("utf-8"))
    if kind == "newsbeam":
        done = by_newsbeam(model, data["gold"], data["tokens"], data["texts"])
    elif kind == "spacy":
        done = by_spacy(model, data["gold"], data["tokens"], data["texts"])
    else:
        done = by_stanford(model, data["gold"], data["tokens"])
    Path(found).write_text(json.dumps(done._asdict()), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
