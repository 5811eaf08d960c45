"""Places and countries in texts of many languages, and what must not be taken for one."""

from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.article import EntityKind
from pipelines.enrich.base import Reading, Span
from pipelines.enrich.places import PlacesExtractor, find_places, locate

SEED = Path(__file__).resolve().parents[3] / "seeds" / "000_d167ea77ea0d49e4.txt"


def places(text: str, language: str) -> Reading:
    return find_places(Reading(text=text, language=language))


COUNTRIES = [
    ("de", "Nordkoreanische Truppen halfen Moskaus Krieg gegen die Ukraine, sagen Südkoreas Dienste.", "KP RU UA KR"),
    ("de", "Das US -Außenministerium und zwei Französinnen; die Vereinigten Staaten und Großbritannien.", "US FR GB"),
    ("de", "Der Kreml und die taiwanischen Behörden schweigen, die Russen auch.", "RU TW"),
    ("en", "U.S. officials said North Koreans fought in Russia; the UK's minister flew to Turkey.", "US KP RU GB TR"),
    ("fr", "Les États-Unis et l'Ukraine ont parlé ; les troupes nord-coréennes restent à Moscou.", "US UA KP RU"),
    ("es", "EE.UU. acusa a los rusos; las tropas norcoreanas y los surcoreanos callan.", "US RU KP KR"),
    ("ru", "Президент России прибыл в Пекин, а войска Северной Кореи остались. В США молчат.", "RU CN KP US"),
    ("uk", "Президент України прибув до Варшави, у Польщі його чекали російські журналісти.", "UA PL RU"),
    ("zh", "朝鲜首次承认向俄罗斯派兵，美国国务院要求平壤停止。台湾没有评论。", "KP RU US TW"),
    ("ja", "北朝鮮はロシアに部隊を派遣した。東京で米国と韓国が協議した。", "KP RU JP US KR"),
    ("ko", "북한은 러시아에 병력을 보냈다. 미국과 한국은 서울에서 협의했다.", "KP RU US KR"),
    ("ar", "اعترفت كوريا الشمالية بإرسال قوات إلى روسيا وأوكرانيا وقالت الولايات المتحدة.", "KP RU UA US"),
    ("he", "נשיא רוסיה ביקר בישראל.", "RU IL"),
    ("hi", "उत्तर कोरिया ने रूस में सैनिक भेजे, भारत ने कहा।", "KP RU IN"),
    ("tr", "Rusya ve Ukrayna'nın heyetleri Ankara'da görüştü.", "RU UA TR"),
    ("it", "Gli Stati Uniti e la Corea del Nord trattano a Roma.", "US KP IT"),
    ("und", "Russia and Ukraine met in Istanbul.", "RU UA TR"),
]


@pytest.mark.parametrize(("language", "text", "countries"), COUNTRIES, ids=[f"{c[0]}-{c[2]}" for c in COUNTRIES])
def test_countries_are_found_in_many_languages(language: str, text: str, countries: str) -> None:
    assert set(places(text, language).countries) == set(countries.split())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Nach dem Essen ging die Regierung an die Arbeit, denn Regen und Wetter waren kein Thema."),
        ("de", "Herr Halle und Frau Hagen sprachen mit Kim, Martin und Wladimir über die Lage und das Ende."),
        ("de", "Man sagt, der Hof sei im Mai leer; Auch Dabei und Von Anfang an."),
        ("en", "Nice of them. Reading books is fun, said Jack London, and most mobile phones are orange."),
        ("en", "Paris Hilton met Jordan Peele. Lincoln, Jackson and Madison were presidents."),
        ("fr", "Il a dit que la marche sera longue ; elle parle d'une grenade et de tours."),
        ("es", "Se dice que el león tiene hambre y que Victoria vino con la granada."),
        ("en", "See www.london.com/Paris or write to paris@example.org about it."),
    ],
)
def test_words_and_people_are_no_cities(language: str, text: str) -> None:
    found = places(text, language)
    assert [entity.name for entity in found.entities if entity.name != "Paris"] == []


@pytest.mark.parametrize(
    ("language", "text", "name", "country"),
    [
        ("en", "Moscow, Idaho, is a college town.", "Moscow", "US"),
        ("en", "Officials in Moscow said the US had called.", "Moscow", "RU"),
        ("en", "The mayor of Birmingham, Alabama, resigned.", "Birmingham", "US"),
        ("en", "Trains from Manchester were late, though Texas sent help.", "Manchester", "GB"),
        ("en", "He lives in Nice, France.", "Nice", "FR"),
        ("de", "In Essen brannte ein Haus.", "Essen", "DE"),
        ("de", "Die Züge fahren von Frankfurt nach Halle.", "Frankfurt am Main", "DE"),
        ("de", "Die Stadt Valencia liegt am Meer.", "Valencia", "ES"),
        ("de", "Pjöngjangs Führung schwieg.", "Pyongyang", "KP"),
        ("de", "Das Wetter in St. Gallen war gut.", "Sankt Gallen", "CH"),
        ("ru", "В Москве прошли переговоры.", "Moscow", "RU"),
        ("zh", "莫斯科表示同意。", "Moscow", "RU"),
    ],
)
def test_an_ambiguous_name_is_resolved_by_its_context(language: str, text: str, name: str, country: str) -> None:
    found = {entity.name: entity.country for entity in places(text, language).entities}
    assert found.get(name) == country


def test_one_place_has_one_name_in_every_language_and_a_point_on_the_map() -> None:
    texts = [("In Kursk und Moskau.", "de"), ("À Koursk et à Moscou.", "fr"), ("在莫斯科和库尔斯克。", "zh")]
    for found in PlacesExtractor().extract([Reading(text=text, language=language) for text, language in texts]):
        assert {entity.name for entity in found.entities} == {"Kursk", "Moscow"}
        assert {entity.place_id for entity in found.entities} == {538560, 524901}
        assert len(found.locations) == 2
        assert found.countries == ("RU",)


def test_mentions_are_code_points_of_the_text() -> None:
    text = "\U0001f600 Nordkoreas Führer traf in Moskau den Präsidenten der Russischen Föderation; U.S. reagiert."
    surfaces = {text[m.start : m.end] for entity in places(text, "de").entities for m in entity.mentions}
    assert surfaces == {"Nordkoreas", "Moskau", "Russischen Föderation", "U.S."}


def test_georgia_is_the_state_unless_its_neighbours_are_named() -> None:
    assert places("Voters in Georgia went to the polls.", "en").countries == ("US",)
    assert set(places("Georgia and Armenia signed a treaty.", "en").countries) == {"GE", "AM"}


def test_other_things_that_hold_a_place_s_name_are_none() -> None:
    assert places("Latin American leaders read the New York Times.", "en").countries == ()
    assert places("Самое важное сказали в Москве.", "ru").countries == ("RU",)


def named(text: str, language: str, *names: tuple[str, EntityKind]) -> Reading:
    """The places of a text in which these names were recognized, in order."""
    spans = [Span(text.index(name), text.index(name) + len(name), kind) for name, kind in names]
    return find_places(Reading(text=text, language=language, spans=tuple(spans)))


SPANS: list[tuple[str, str, str, EntityKind, str, str]] = [
    ("de", "Der FC Bayern München spielt.", "FC Bayern München", "organization", "", ""),
    ("de", "In der Stadt sprach Fritz Berlin lange.", "Fritz Berlin", "person", "", ""),
    ("en", "Then Paris Hilton spoke.", "Paris Hilton", "person", "", ""),
    ("en", "Then India Hicks spoke.", "India Hicks", "person", "", ""),
    ("en", "The Bank of China lends.", "Bank of China", "organization", "CN", "China"),
    ("de", "Das US-Außenministerium schweigt.", "US-Außenministerium", "organization", "US", "United States"),
    ("de", "Man schaut nach Moskau.", "Moskau", "organization", "RU", "Moscow"),
    ("de", "Man fürchtet Moskaus Truppen.", "Moskaus", "organization", "RU", "Moscow"),
    ("en", "Russia lost to London.", "Russia", "organization", "RU GB", "Russia London"),
    ("en", "Sydney is growing.", "Sydney", "person", "AU", "Sydney"),
    ("en", "They met in London Bridge.", "London Bridge", "place", "GB", "London"),
    ("en", "He won the Berlin Marathon.", "Berlin Marathon", "misc", "DE", "Berlin"),
]


@pytest.mark.parametrize(("language", "text", "name", "kind", "countries", "found"), SPANS, ids=[s[2] for s in SPANS])
def test_a_place_within_a_recognized_name_counts_by_that_name_s_kind(
    language: str, text: str, name: str, kind: EntityKind, countries: str, found: str
) -> None:
    reading = named(text, language, (name, kind))
    assert reading.countries == tuple(countries.split())
    assert " ".join(entity.name for entity in reading.entities) == found


def test_a_place_within_a_longer_name_decides_nothing_elsewhere() -> None:
    text = "Paris Hilton flew from Paris; Hertha Berlin and Bank of China stayed."
    reading = named(
        text, "en", ("Paris Hilton", "person"), ("Hertha Berlin", "organization"), ("Bank of China", "organization")
    )
    where = {entity.name: [text[m.start - 5 : m.end] for m in entity.mentions] for entity in reading.entities}
    assert where == {"Paris": ["from Paris"], "China": ["k of China"]}
    assert len(reading.locations) == 1


@pytest.mark.skipif(not SEED.exists(), reason=f"the seed {SEED.name} is not in seeds/")
def test_the_seed_names_its_countries() -> None:
    body = SEED.read_text(encoding="utf-8").split("Taiwan – ")[1]
    assert set(places(body, "de").countries) == {"KP", "RU", "UA", "KR", "US"}


NAMES = st.sampled_from(
    [
        "Moskau",
        "Kursk",
        "Nordkorea",
        "Essen",
        "New York",
        "in",
        "Russlands",
        ", ",
        "平壤",
        "Москве",
        "US",
        "St. ",
        "روسيا",
    ]
)
TEXTS = st.lists(st.one_of(NAMES, st.text(max_size=8)), max_size=12).map(" ".join)
LANGUAGES = st.sampled_from(["de", "en", "fr", "ru", "zh", "ar", "und", "xx"])


@given(TEXTS, LANGUAGES)
def test_any_text_gives_mentions_within_it_in_order_and_apart(text: str, language: str) -> None:
    found = places(text, language)
    spans = sorted((m.start, m.end) for entity in found.entities for m in entity.mentions)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert found == places(text, language)


@given(st.lists(st.tuples(TEXTS, LANGUAGES), max_size=4))
def test_a_text_s_findings_do_not_depend_on_its_batch(batch: list[tuple[str, str]]) -> None:
    extractor = PlacesExtractor()
    readings = [Reading(text=text, language=language) for text, language in batch]
    assert extractor.extract(readings) == [extractor.extract([one])[0] for one in readings]


@pytest.mark.parametrize(
    ("place", "country"),
    [("TAIPEI", "TW"), ("FRANKFURT/MAIN", "DE"), ("SEOUL, South Korea", "KR"), ("New York", "US"), ("NIRGENDS", None)],
)
def test_a_dateline_s_place_has_a_country(place: str, country: str | None) -> None:
    found = locate(place, "de")
    assert (found.country if found else None) == country


@pytest.mark.parametrize("piece", ["Nordkorea und Kursk, ", "San New Saint ", "a", "平壤和莫斯科", "Москве ", "'s. "])
def test_a_text_of_a_million_characters_takes_a_moment(piece: str) -> None:
    places(piece, "ru")
    start = process_time()
    places((piece * (1_000_000 // len(piece) + 1))[:1_000_000], "ru")
    assert process_time() - start < 10
