"""Drafts in, drafts with what their texts say out; a text that is refused is one failed outcome."""

from collections.abc import Sequence
from pathlib import Path

from models.article import Dateline, Entity, Mention, PipelineVersions
from models.errors import EnrichError
from models.outcome import Draft, Outcome, OutcomeKind
from models.settings import EnrichSettings
from pipelines.enrich import EXTRACTORS, Enricher, open_enricher
from pipelines.enrich.base import Reading
from pipelines.enrich.enricher import GAZETTEER
from pipelines.enrich.names import LONGEST, OWN_MODEL
from tests.articles import make_draft

SEED = Path(__file__).resolve().parents[3] / "seeds" / "000_d167ea77ea0d49e4.txt"
GERMAN = "Nordkorea hat am Montag anerkannt, dass seine Soldaten in der Region Kursk in Russland kämpften."


class Refusing:
    """Takes no text that holds a certain word."""

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        if any("unsayable" in reading.text for reading in readings):
            raise EnrichError("The text is unsayable; leave the word out.")
        return list(readings)


class Crowded:
    """Finds more than an index takes."""

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        one = [Entity(name=f"Name {n}", kind="person", mentions=(Mention(start=0, end=1),)) for n in range(2001)]
        return [reading.model_copy(update={"entities": tuple(one)}) for reading in readings]


def enriched(draft: Draft, enricher: Enricher | None = None) -> Draft:
    (done,) = (enricher or open_enricher()).enrich([draft])
    assert isinstance(done, Draft)
    return done


def test_an_article_says_where_it_plays() -> None:
    article = enriched(make_draft(body=GERMAN, language="und", dateline=Dateline(place="TAIPEI"))).article
    assert article.language == "de"
    assert article.provenance["language"] == "detected"
    assert article.countries == ("KP", "RU", "TW")
    assert article.places == ("North Korea", "Kursk", "Russia")
    assert len(article.locations) == 1
    assert article.dateline == Dateline(place="TAIPEI", country="TW")
    assert article.pipeline.model
    assert (article.people, article.organizations, article.quotes, article.speakers) == ((), (), (), ())


def test_a_language_that_the_feed_was_right_about_keeps_its_provenance() -> None:
    article = enriched(make_draft(body=GERMAN, language="de-AT", provenance={"language": "feed"})).article
    assert (article.language, article.provenance) == ("de", {"language": "feed"})


def test_a_language_that_the_feed_was_wrong_about_is_detected() -> None:
    article = enriched(make_draft(body=GERMAN * 2, language="en", provenance={"language": "feed"})).article
    assert (article.language, article.provenance) == ("de", {"language": "detected"})


def test_an_unknown_language_claims_no_provenance() -> None:
    article = enriched(make_draft(title="?", body="12:30", language="und", provenance={"title": "feed"})).article
    assert (article.language, article.provenance) == ("und", {"title": "feed"})


def test_a_known_country_of_the_dateline_is_kept() -> None:
    article = enriched(make_draft(body=GERMAN, dateline=Dateline(place="MOSCOW", country="US"))).article
    assert article.dateline == Dateline(place="MOSCOW", country="US")
    assert article.countries[-1] == "US"


def test_enriching_again_changes_nothing() -> None:
    once = enriched(make_draft(body=GERMAN, language="und"))
    assert enriched(once) == once


def test_one_refused_text_is_one_failed_outcome_and_its_neighbours_live() -> None:
    enricher = Enricher({**EXTRACTORS, "refusing": Refusing})
    drafts = [make_draft("a", body=GERMAN), make_draft("b", body="unsayable"), make_draft("c", body="Peace in Kursk.")]
    first, refused, last = enricher.enrich(drafts)
    assert isinstance(first, Draft)
    assert isinstance(last, Draft)
    assert last.article.places == ("Kursk",)
    assert isinstance(refused, Outcome)
    assert (refused.kind, refused.document, refused.resolves) == (OutcomeKind.FAILED, "document", False)
    assert refused.failure is not None
    assert refused.failure.stage == "enrich"
    assert refused.failure.media_type == "application/vnd.newsbeam.draft+json"
    assert Draft.model_validate_json(refused.failure.raw) == drafts[1]


def test_too_many_entities_are_cut_and_said_so() -> None:
    article = enriched(make_draft(provenance={"cut": ("body",)}), Enricher({"crowded": Crowded})).article
    assert len(article.entities) == len(article.people) == 2000
    assert article.provenance["cut"] == ("body", "entities")


def test_a_very_long_text_is_read_in_part_and_says_so() -> None:
    paragraph = "Angela Merkel reiste am Montag nach Warschau, wo am Abend eine Sitzung begann.\n\n"
    body = paragraph * (LONGEST // len(paragraph) + 100)
    article = enriched(make_draft(body=body, language="de")).article
    assert article.body == body
    assert article.provenance["cut"] == ("entities",)
    assert article.people == ("Angela Merkel",)


def test_the_process_has_one_enricher_for_the_same_settings() -> None:
    assert open_enricher() is open_enricher(EnrichSettings())
    assert open_enricher(EnrichSettings(extractor="none")) is not open_enricher()


def test_people_organizations_and_speakers_are_found_and_the_model_is_named() -> None:
    said = "„Das war ein gutes und langes Gespräch“, sagte Merkel."
    article = enriched(
        make_draft(body=f"Angela Merkel traf in Warschau die Führung der SPD. {said}", language="de")
    ).article
    assert (article.people, article.organizations, article.places) == (("Angela Merkel",), ("SPD",), ("Warsaw",))
    assert article.speakers == ("Angela Merkel",)
    assert article.pipeline.model == open_enricher().model("de") == f"{OWN_MODEL}+{GAZETTEER}"


def test_without_an_extractor_there_is_the_gazetteer() -> None:
    draft = make_draft(body="Angela Merkel traf in Warschau die Führung der SPD.", language="de")
    article = enriched(draft, open_enricher(EnrichSettings(extractor="none"))).article
    assert (article.people, article.organizations, article.places) == ((), (), ("Warsaw",))
    assert article.pipeline.model == GAZETTEER


def test_the_versions_of_newsbeam_and_the_generation_stay() -> None:
    draft = make_draft(pipeline=PipelineVersions(newsbeam="1.2.3", enrichment=7))
    versions = enriched(draft).article.pipeline
    assert (versions.newsbeam, versions.enrichment) == ("1.2.3", 7)


def test_no_drafts_are_no_work() -> None:
    assert list(open_enricher().enrich([])) == []


def test_the_seed_s_people_organizations_countries_and_speakers_are_those_it_names() -> None:
    text = SEED.read_text(encoding="utf-8").split("Taiwan – ")[1]
    article = enriched(make_draft(body=text, language="de", dateline=Dateline(place="TAIPEI"))).article
    assert {
        "Kim Jong Un",
        "Wladimir Putin",
        "Volodymyr Zelenskyy",
        "Donald Trump",
        "Valery Gerasimov",
        "Jeon Ha-Gyu",
    } <= set(article.people)
    assert {"KCNA", "Axios"} <= set(article.organizations)
    assert set(article.countries) == {"KP", "RU", "UA", "KR", "US", "TW"}
    assert {"KCNA", "Wladimir Putin", "Jeon Ha-Gyu", "Volodymyr Zelenskyy"} <= set(article.speakers)
    assert all(article.body[quote.offset :].startswith(quote.text) for quote in article.quotes)
    assert len(article.quotes) >= 9
