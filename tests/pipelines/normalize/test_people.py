import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.people import is_name, read_people


@pytest.mark.parametrize(
    ("credits", "language", "people", "agencies"),
    [
        (["Jane Doe"], "en", ("Jane Doe",), ()),
        (["By Jane Doe and John Roe"], "en", ("Jane Doe", "John Roe"), ()),
        (["by Jane Doe"], "en", ("Jane Doe",), ()),
        (["Von Anna Beispiel und Karl Muster"], "de", ("Anna Beispiel", "Karl Muster"), ()),
        (["Par Claire Essai et Luc Modèle"], "fr", ("Claire Essai", "Luc Modèle"), ()),
        (["José Ortega y Gasset"], "es", ("José Ortega y Gasset",), ()),
        (["Ursula von der Leyen"], "de", ("Ursula von der Leyen",), ()),
        (["von der Leyen"], "de", ("von der Leyen",), ()),
        (["Doe, Jane"], "en", ("Doe, Jane",), ()),
        (["Jane Doe, John Roe and Ann Poe"], "en", ("Jane Doe", "John Roe", "Ann Poe"), ()),
        (["Jane Doe, Political Editor"], "en", ("Jane Doe",), ()),
        (["Jane Doe", "JANE DOE", "jane doe"], None, ("Jane Doe",), ()),
        (["dpa"], "de", (), ("dpa",)),
        (["Deutsche Presse-Agentur"], "de", (), ("dpa",)),
        (["Jane Doe (AFP)"], "en", ("Jane Doe",), ("AFP",)),
        (["Anna Beispiel/dpa"], "de", ("Anna Beispiel",), ("dpa",)),
        (["Jane Doe, Reuters"], "en", ("Jane Doe",), ("Reuters",)),
        (["dpa/AFP"], "de", (), ("dpa", "AFP")),
        (["jane@example.org (Jane Doe)"], "en", ("Jane Doe",), ()),
        (["Jane Doe <jane@example.org>"], "en", ("Jane Doe",), ()),
        (["https://social.example/janedoe"], "en", (), ()),
        (["", "  "], "en", (), ()),
    ],
)
def test_credits_become_names(
    credits: list[str], language: str | None, people: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    assert read_people(credits, language) == (people, agencies)


@pytest.mark.parametrize(
    "name", ["Jane Doe", "Jeon Ha-Gyu", "Ludwig van Beethoven", "O'Brien", "D. W. Griffith", "金正恩"]
)
def test_names_look_like_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("text", ["the newsroom", "Anfang an war klar", "Room 12", "", "a@b.c", "One two three"])
def test_other_words_do_not(text: str) -> None:
    assert not is_name(text)


@given(st.lists(st.text(max_size=80), max_size=5), st.sampled_from([None, "de", "en", "es", "xx"]))
def test_any_credits_can_be_read(credits: list[str], language: str | None) -> None:
    people, agencies = read_people(credits, language)
    assert all(people)
    assert all(agencies)
