import pytest

from pipelines.normalize.dateline import read_dateline


@pytest.mark.parametrize(
    ("prefix", "place", "country", "agencies"),
    [
        ("TAIPEI, Taiwan – ", "TAIPEI", "TW", ()),
        ("BERLIN (dpa) - ", "BERLIN", "DE", ("dpa",)),
        ("Berlin (dpa) - ", "Berlin", "DE", ("dpa",)),
        ("PARIS, 3 mars (AFP) – ", "PARIS", "FR", ("AFP",)),
        ("WASHINGTON (Reuters) — ", "WASHINGTON", "US", ("Reuters",)),
        ("WASHINGTON, March 3 (Reuters) -- ", "WASHINGTON", "US", ("Reuters",)),
        ("MADRID, 3 mar (EFE).- ", "MADRID", "ES", ("EFE",)),
        ("MOSCOW, March 3. /TASS/. ", "MOSCOW", "RU", ("TASS",)),
        ("(ANSA) - ROMA, 3 MAR - ", "ROMA", "IT", ("ANSA",)),
        ("MÜNCHEN/WIEN – ", "MÜNCHEN/WIEN", "DE", ()),
        ("SINGAPUR – ", "SINGAPUR", "SG", ()),
        ("FRESNO, Calif. (AP) — ", "FRESNO", "US", ("AP",)),
        ("ATLANTA, Georgia — ", "ATLANTA", "US", ()),
        ("TBILISI, Georgia — ", "TBILISI", "GE", ()),
        ("OUAGADOUGOU (Our Own Wire) – ", "OUAGADOUGOU", "BF", ("Our Own Wire",)),
    ],
)
def test_a_dateline_is_taken_off(prefix: str, place: str, country: str, agencies: tuple[str, ...]) -> None:
    filed = read_dateline(prefix + "Something happened on Monday.")
    assert filed.dateline is not None
    assert (filed.dateline.place, filed.dateline.country) == (place, country)
    assert filed.agencies == agencies
    assert filed.text == "Something happened on Monday."


@pytest.mark.parametrize(
    ("prefix", "day"),
    [
        ("GRAZ, Österreich, 5. Mai 2025 – ", "5. Mai 2025"),
        ("LONDON, March 3, 2025 (Reuters) - ", "March 3, 2025"),
        ("PARIS, 3 mars (AFP) – ", "3 mars"),
        ("PARIS (AFP) – ", None),
    ],
)
def test_the_day_of_a_dateline_is_kept(prefix: str, day: str | None) -> None:
    assert read_dateline(prefix + "Something happened.").day == day


@pytest.mark.parametrize(
    "text",
    [
        "BREAKING – The bridge is closed.",
        "UPDATE - The bridge is closed.",
        "NATO – das Bündnis – hat getagt.",
        "EU – und was nun?",
        "Paris – die Stadt der Liebe – ist voll.",
        "Der Rat – so heißt es – hat zugestimmt.",
        "By Jane Doe GENEVA (Reuters) - The council met.",
        "Ein Satz ohne Strich.",
        "",
    ],
)
def test_what_only_looks_like_a_dateline_stays(text: str) -> None:
    filed = read_dateline(text)
    assert filed.dateline is None
    assert filed.text == text
