"""Runs language detection and the extractors over drafts, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from models.article import Article, Dateline, Entity
from models.errors import EnrichError
from models.outcome import Draft, Outcome
from pipelines.dead_letters import refused_draft
from pipelines.enrich.base import Extractor, Reading
from pipelines.enrich.language import decide, primary
from pipelines.enrich.places import PlacesExtractor, locate
from pipelines.languages import UNDETERMINED

EXTRACTORS: Mapping[str, Callable[[], Extractor]] = {
    "places": PlacesExtractor,
}
"""What looks for things in texts, by name and in order; each is made once per process."""

MODEL = "gazetteer-1"
"""What `pipeline.model` says made the entities; it changes with the rules and the data of `config/places`."""

ENTITIES = 2000
"""An article holds at most this many; more would be refused by the index."""


class Enricher:
    """Language, places and countries; made once per process."""

    def __init__(self, extractors: Mapping[str, Callable[[], Extractor]] = EXTRACTORS) -> None:
        self._extractors = [make() for make in extractors.values()]

    def enrich(self, drafts: Sequence[Draft]) -> Iterator[Draft | Outcome]:
        """Each draft with what its text says, in order, or its failed outcome where an extractor refused the text."""
        prepared = [_with_language(draft) for draft in drafts]
        read = iter(self._read([draft.article for draft in prepared if isinstance(draft, Draft)]))
        for draft, ready in zip(drafts, prepared, strict=True):
            if isinstance(ready, EnrichError):
                yield refused_draft(draft, ready)
                continue
            reading = next(read)
            yield refused_draft(draft, reading) if isinstance(reading, EnrichError) else _finish(ready, reading)

    def _read(self, articles: Sequence[Article]) -> Sequence[Reading | EnrichError]:
        readings = [Reading(text=article.body, language=article.language) for article in articles]
        try:
            for extractor in self._extractors:
                readings = extractor.extract(readings)
        except EnrichError as error:
            if len(articles) == 1:
                return [error]
            return [reading for article in articles for reading in self._read([article])]
        return readings


@cache
def open_enricher() -> Enricher:
    """The one enricher of this process."""
    return Enricher()


def _with_language(draft: Draft) -> Draft | EnrichError:
    article = draft.article
    try:
        language = decide(article.title, article.body, article.language)
    except EnrichError as error:
        return error
    provenance = dict(article.provenance)
    if language == UNDETERMINED:
        provenance.pop("language", None)
    elif language != primary(article.language) or "language" not in provenance:
        provenance["language"] = "detected"
    changed = article.model_copy(update={"language": language, "provenance": provenance})
    return draft.model_copy(update={"article": changed})


def _finish(draft: Draft, reading: Reading) -> Draft:
    article = draft.article
    entities = reading.entities
    dateline = _located(article.dateline, article.language)
    countries = reading.countries
    if dateline is not None and dateline.country is not None:
        countries = (*countries, dateline.country)
    update = {
        "entities": entities[:ENTITIES],
        "people": _names(entities, "person"),
        "organizations": _names(entities, "organization"),
        "places": _names(entities, "place"),
        "countries": tuple(dict.fromkeys(countries)),
        "locations": tuple(dict.fromkeys(reading.locations)),
        "quotes": reading.quotes,
        "speakers": tuple(dict.fromkeys(quote.speaker for quote in reading.quotes if quote.speaker)),
        "dateline": dateline,
        "pipeline": article.pipeline.model_copy(update={"model": MODEL}),
        "provenance": _cut(article, len(entities)),
    }
    return draft.model_copy(update={"article": article.model_copy(update=update)})


def _cut(article: Article, entities: int) -> dict[str, str | tuple[str, ...]]:
    if entities <= ENTITIES:
        return article.provenance
    cut = article.provenance.get("cut", ())
    fields = (cut,) if isinstance(cut, str) else cut
    return {**article.provenance, "cut": tuple(dict.fromkeys((*fields, "entities")))}


def _names(entities: Iterable[Entity], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entity.name for entity in entities if entity.kind == kind))[:ENTITIES]


def _located(dateline: Dateline | None, language: str) -> Dateline | None:
    if dateline is None or dateline.country is not None:
        return dateline
    place = locate(dateline.place, language)
    return dateline if place is None else dateline.model_copy(update={"country": place.country})
