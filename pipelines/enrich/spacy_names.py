"""Recognizes names by spaCy's pipelines, for those who have better ones than Newsbeam's own for their texts."""

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from shlex import quote
from typing import Any

from models.article import EntityKind
from models.errors import SetupError
from pipelines.enrich.base import Span
from pipelines.enrich.names import pieces

_PIECE = 50_000
"""Characters that go through a pipeline as one document, since its memory grows with them; far below its limit."""

_AT_ONCE = 64
"""Documents."""

_UNNEEDED = ("tagger", "morphologizer", "parser", "senter", "lemmatizer", "attribute_ruler", "textcat", "entity_linker")
_FINDING = frozenset(("ner", "entity_ruler", "span_ruler"))

_TAGS = {
    tag: names.split()
    for tag, names in {
        "PER": "PER PERSON PRS persName PS Person PERS",
        "ORG": "ORG ORGANIZATION orgName OG GPE_ORG Organization",
        "LOC": "LOC LOCATION GPE FAC FACILITY GPE_LOC placeName geogName LC Location City Country Province",
        "MISC": "MISC NORP PRODUCT EVENT WORK_OF_ART LAW LANGUAGE NAT_REL_POL PROD EVT DRV WRK OBJ",
    }.items()
}
_TAG_OF = {label: tag for tag, labels in _TAGS.items() for label in labels}
_KINDS: dict[str, EntityKind] = {"PER": "person", "ORG": "organization", "LOC": "place", "MISC": "misc"}


class SpacyRecognizer:
    """Names by one spaCy pipeline for each language, by its name or directory; each is loaded when it is first needed.

    Labels that stand for no name (DATE, MONEY) are left out. Raises SetupError for a pipeline that can't be loaded.
    """

    def __init__(self, pipelines: Mapping[str, str]) -> None:
        self._pipelines = dict(pipelines)
        self._loaded: dict[str, Any] = {}

    def tag(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[str]]:
        """IOB2 tags for the words of each sentence."""
        if language not in self._pipelines:
            return [["O"] * len(words) for words in sentences]
        from spacy.tokens import Doc

        nlp = self._pipeline(language)
        documents = (Doc(nlp.vocab, words=[word or "_" for word in words]) for words in sentences)
        return [[_tag(token) for token in document] for document in nlp.pipe(documents, batch_size=_AT_ONCE)]

    def spans(self, texts: Sequence[str], language: str) -> list[tuple[Span, ...]]:
        """The names in each text."""
        if language not in self._pipelines:
            return [() for _ in texts]
        cut = [list(pieces(text, _PIECE)) for text in texts]
        documents = self._pipeline(language).pipe(chain.from_iterable(cut), batch_size=_AT_ONCE)
        return [tuple(_spans(parts, documents)) for parts in cut]

    def model(self, language: str) -> str | None:
        """The name and version of the pipeline."""
        if language not in self._pipelines:
            return None
        meta = self._pipeline(language).meta
        return f"{meta['lang']}_{meta['name']}-{meta['version']}"

    def _pipeline(self, language: str) -> Any:
        if language not in self._loaded:
            self._loaded[language] = _load(self._pipelines[language])
        return self._loaded[language]


def check_pipelines(pipelines: Mapping[str, str]) -> None:
    """Raises SetupError, with the command that helps, where spaCy or a pipeline is not installed; loads none."""
    if not pipelines:
        raise SetupError(
            "enrich.extractor is spacy, but enrich.spacy names no pipeline; write one for each language, as in"
            " 'spacy: {de: de_core_news_sm}'"
        )
    if importlib.util.find_spec("spacy") is None:
        raise SetupError(f"spaCy is not installed; run {quote(sys.executable)} -m pip install 'newsbeam[spacy]'")
    for language, name in pipelines.items():
        folder = _folder(name)
        if folder is None:
            raise SetupError(
                f"enrich.spacy.{language}: the pipeline '{name}' is not installed; run"
                f" {quote(sys.executable)} -m spacy download {quote(name)}"
            )
        if not _FINDING & set(_components(folder, name)):
            raise SetupError(f"enrich.spacy.{language}: '{name}' finds no names; choose a pipeline that has 'ner'")


def tag_of(label: str) -> str | None:
    """PER, ORG, LOC or MISC for a pipeline's label; nothing for what is no name."""
    return _TAG_OF.get(label)


def _folder(name: str) -> Path | None:
    """Where a pipeline's package or directory lies."""
    if name.isidentifier():
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent
    return Path(name) if Path(name, "meta.json").is_file() else None


def _components(folder: Path, name: str) -> Iterable[str]:
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        return [str(component) for component in meta["pipeline"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"'{name}' in {folder} is no spaCy pipeline: its meta.json can't be read; {error}") from error


def _load(name: str) -> Any:
    """The pipeline with only those parts that find names or that these listen to."""
    try:
        spacy = importlib.import_module("spacy")
        nlp = spacy.load(name, exclude=_UNNEEDED)
    except (ImportError, OSError, ValueError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise SetupError(f"the spaCy pipeline '{name}' can't be loaded: {first}") from error
    for part in list(nlp.pipe_names):
        listening = getattr(nlp.get_pipe(part), "listening_components", ())
        if part not in _FINDING and not _FINDING & set(listening):
            nlp.remove_pipe(part)
    return nlp


def _tag(token: Any) -> str:
    tag = tag_of(token.ent_type_)
    return f"{token.ent_iob_}-{tag}" if tag else "O"


def _spans(parts: Sequence[str], documents: Iterator[Any]) -> Iterator[Span]:
    offset = 0
    for part in parts:
        for name in next(documents).ents:
            if tag := tag_of(name.label_):
                surface = name.text
                start = offset + name.start_char + len(surface) - len(surface.lstrip())
                end = offset + name.end_char - len(surface) + len(surface.rstrip())
                if start < end:
                    yield Span(start, end, _KINDS[tag])
        offset += len(part)
