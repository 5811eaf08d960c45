"""Runs language detection and the extractors over drafts, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from models.aliases_file import Alias
from models.article import Article, Dateline, Entity
from models.errors import EnrichError
from models.outcome import Draft, Outcome
from models.settings import EnrichSettings
from pipelines.dead_letters import refused_draft
from pipelines.enrich.base import Extractor, Reading
from pipelines.enrich.entities import EntitiesExtractor, with_packaged
from pipelines.enrich.language import decide, primary
from pipelines.enrich.names import LONGEST, NamesExtractor, OwnRecognizer, Recognizer
from pipelines.enrich.places import PlacesExtractor, locate
from pipelines.enrich.quotes import QuotesExtractor
from pipelines.enrich.recognizers import open_recognizer
from pipelines.languages import UNDETERMINED

EXTRACTORS: Mapping[str, Callable[[], Extractor]] = {
    "names": NamesExtractor,
    "places": PlacesExtractor,
    "entities": EntitiesExtractor,
    "quotes": QuotesExtractor,
}
"""What looks for things in texts, by name and in order; each is made once per process."""

GAZETTEER = "gazetteer-1"
"""What finds places; it changes with the rules and the data of `config/places`."""

DEFAULT = EnrichSettings()

ENTITIES = 2000
"""An article holds at most this many; more would be refused by the index."""


class Enricher:
    """Language and all that the extractors find; made once per process. `recognizer` is what finds names, if anything.

    `pipeline.model` says what made the entities: the model that recognized the names, and the gazetteer.
    """

    def __init__(
        self, extractors: Mapping[str, Callable[[], Extractor]] = EXTRACTORS, recognizer: Recognizer | None = None
    ) -> None:
        self._extractors = [make() for make in extractors.values()]
        self._recognizer = recognizer or (OwnRecognizer() if "names" in extractors else None)

    def read(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with all that is found in its text, in order. Raises EnrichError."""
        found = list(readings)
        for extractor in self._extractors:
            found = extractor.extract(found)
        return found

    def model(self, language: str) -> str:
        """What finds names and places in texts of this language."""
        names = self._recognizer.model(language) if self._recognizer else None
        return f"{names}+{GAZETTEER}" if names else GAZETTEER

    def enrich(self, drafts: Sequence[Draft]) -> Iterator[Draft | Outcome]:
        """Each draft with what its text says, in order, or its failed outcome where an extractor refused the text."""
        prepared = [_with_language(draft) for draft in drafts]
        read = iter(self._read([draft.article for draft in prepared if isinstance(draft, Draft)]))
        for draft, ready in zip(drafts, prepared, strict=True):
            if isinstance(ready, EnrichError):
                yield refused_draft(draft, ready)
                continue
            reading = next(read)
            if isinstance(reading, EnrichError):
                yield refused_draft(draft, reading)
            else:
                yield _finish(ready, reading, self.model(ready.article.language))

    def _read(self, articles: Sequence[Article]) -> Sequence[Reading | EnrichError]:
        try:
            return self.read([Reading(text=article.body, language=article.language) for article in articles])
        except EnrichError as error:
            if len(articles) == 1:
                return [error]
            return [reading for article in articles for reading in self._read([article])]


def open_enricher(settings: EnrichSettings = DEFAULT) -> Enricher:
    """The one enricher of this process for these settings. Raises SetupError where what they ask for is missing."""
    return _open(settings.model_dump_json(), settings.aliases)


@cache
def _open(settings: str, aliases: tuple[Alias, ...] | None) -> Enricher:
    recognizer = open_recognizer(EnrichSettings.model_validate_json(settings))
    extractors: dict[str, Callable[[], Extractor]] = {
        **EXTRACTORS,
        "entities": partial(EntitiesExtractor, with_packaged(aliases or ())),
    }
    if recognizer is None:
        del extractors["names"]
        return Enricher(extractors)
    return Enricher({**extractors, "names": partial(NamesExtractor, recognizer)}, recognizer)


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


def _finish(draft: Draft, reading: Reading, model: str) -> Draft:
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
        "pipeline": article.pipeline.model_copy(update={"model": model}),
        "provenance": _cut(article, len(entities) > ENTITIES or len(article.body) > LONGEST),
    }
    return draft.model_copy(update={"article": article.model_copy(update=update)})


def _cut(article: Article, too_many: bool) -> dict[str, str | tuple[str, ...]]:
    if not too_many:
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
