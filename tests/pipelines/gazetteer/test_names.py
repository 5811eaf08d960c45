"""The data behind the places, and the forms that names take."""

import gzip
from importlib.resources import files

import pytest

from pipelines.gazetteer import build_cities, cities, country_name, inflection, lexicon


def test_the_cities_file_is_what_the_build_makes_of_geonames() -> None:
    packed = (files("config") / "places" / "cities.tsv.gz").read_bytes()
    text = "\n".join((build_cities.HEADER, *build_cities.lines())) + "\n"
    assert gzip.decompress(packed).decode() == text, "run `python -m pipelines.gazetteer.build_cities`"
    assert len(packed) < 3 * 2**20
    assert "CC BY 4.0" in text.partition("\n")[0]


@pytest.mark.parametrize(
    ("language", "word", "forms"),
    [
        ("de", "nordkoreanisch", {"nordkoreanische", "nordkoreanischen", "Nordkoreanische", "nordkoreanischer"}),
        ("de", "Russe", {"Russe", "Russen", "Russin", "Russinnen"}),
        ("de", "Ukrainer", {"Ukrainer", "Ukrainern", "Ukrainers", "Ukrainerin"}),
        ("en", "Russian", {"Russian", "Russians"}),
        ("fr", "ukrainien", {"ukrainien", "ukrainienne", "ukrainiens", "ukrainiennes", "Ukrainienne"}),
        ("fr", "nord-coréen", {"nord-coréenne", "nord-coréens"}),
        ("es", "ruso", {"ruso", "rusa", "rusos", "rusas"}),
        ("es", "francés", {"francés", "francesa", "franceses", "francesas"}),
        ("es", "alemán", {"alemana", "alemanes"}),
        ("es", "iraní", {"iraní", "iraníes"}),
        ("ru", "российск", {"российский", "российские", "российских", "Российские"}),
    ],
)
def test_a_people_is_known_in_its_forms(language: str, word: str, forms: set[str]) -> None:
    assert forms <= inflection.people(language, word)


@pytest.mark.parametrize(
    ("language", "name", "forms"),
    [
        ("de", "Russland", {"Russland", "Russlands"}),
        ("de", "Laos", {"Laos"}),
        ("ru", "Россия", {"России", "Россию", "Россией"}),
        ("ru", "Северная Корея", {"Северной Кореи", "Северную Корею", "Северной Кореей"}),
        ("ru", "США", {"США"}),
        ("uk", "Україна", {"України", "Україні", "Україну", "Україною"}),
    ],
)
def test_a_country_is_known_in_its_cases(language: str, name: str, forms: set[str]) -> None:
    assert forms <= inflection.names(language, name)


def test_every_country_has_one_name_that_a_person_would_use() -> None:
    assert country_name("KP") == "North Korea"
    assert country_name("HK") == "Hong Kong"
    assert country_name("MM") == "Myanmar"


@pytest.mark.parametrize("language", ["de", "en", "xx", "und", "zh-Hant", ""])
def test_every_language_has_a_lexicon_even_one_that_nobody_knows(language: str) -> None:
    assert lexicon(language).fixed.places["Russia"][0].country == "RU"


def test_the_strongest_city_of_a_name_comes_first() -> None:
    for name, countries in (("London", {"GB"}), ("Moscow", {"RU"}), ("Newcastle", {"GB", "AU"}), ("莫斯科", {"RU"})):
        found = cities().get(name)
        assert found is not None
        assert found[0].country in countries
        assert [place.claim(name) for place in found] == sorted((place.claim(name) for place in found), reverse=True)


@pytest.mark.parametrize("name", ["", "The", "Los", "Nowhere at all", "london"])
def test_a_word_that_names_no_city_has_none(name: str) -> None:
    assert cities().get(name) is None


def test_every_way_of_writing_a_city_is_found_without_its_case() -> None:
    assert "Taipei" in cities().folded["taipei"]
    assert all(cities().get(way) for ways in list(cities().folded.values())[:2000] for way in ways)


def test_a_word_to_skip_is_skipped_even_where_it_is_a_case_of_a_country() -> None:
    assert lexicon("ru").fixed.places["Самое"][0].name == ""
