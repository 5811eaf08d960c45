from pathlib import Path

import pytest

from pipelines.normalize.text import paragraphs
from pipelines.normalize.wire import Story, read_ends, read_wire_story

SEED = Path(__file__).parents[3] / "seeds" / "000_d167ea77ea0d49e4.txt"

GERMAN = """Stadtrat stimmt für die neue Brücke
Von Anna Beispiel und Karl Muster, dpa
LÜBECK (dpa) - Der Stadtrat hat am Dienstag dem Bau einer Brücke zugestimmt. Sie soll 20 Millionen Euro kosten.
Die Opposition sprach von einem „teuren Spaß“.
Redaktion: Petra Probe
Stand: 4.3.2025, 14.05 Uhr MEZ"""

ENGLISH = """Harbour town votes for bridge
By Jane Sample and John Doe
Published: March 4, 2025 2:05 p.m. ET
Updated: March 4, 2025 5:30 p.m. ET

PORTLAND, Maine, March 4 (Reuters) - The town council voted for the bridge on Tuesday, it said in a statement.

Opponents had asked for a smaller one.

(Reporting by Jane Sample in Portland and John Doe in New York; Additional reporting by Ann Poe; Editing by Lucy Pen)
Updates with comment from opponents in paragraph 2."""

FRENCH = """PARIS, 3 mars (AFP) – Le gouvernement a présenté lundi sa réforme des ports. Elle sera débattue jeudi.
« Nous voulons aller vite », a déclaré la ministre.
Publié le 3 mars 2025 à 14h05, mis à jour le 3 mars 2025 à 16h30 CET
Édité par Claire Essai et Luc Modèle
Cet article a été mis à jour pour ajouter la réaction de la ministre."""

SPANISH = """El ayuntamiento aprueba el puente
Por María Prueba y José Ortega y Gasset
Actualizado 3 de marzo de 2025, 18:30 CET
MADRID, 3 mar (EFE).- El ayuntamiento aprobó este lunes la construcción del puente, informó un portavoz.
La oposición votó en contra.
Editado por Juan Ejemplo y Ana Muestra
Actualizado para añadir la reacción de la oposición."""


def read(text: str, language: str | None = None) -> Story:
    return read_wire_story(paragraphs(text), language, titled=False)


@pytest.mark.parametrize("language", ["de", "de-AT", None])
def test_the_german_seed_is_read_whole(language: str | None) -> None:
    story = read(SEED.read_text(encoding="utf-8"), language)
    assert story.updated == "28. April 2025, 03:00 Uhr ET"
    assert story.published is None
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.country) == ("TAIPEI", "TW")
    assert story.editors == ["Mike Firn", "Stephen Wright"]
    assert story.authors == []
    assert story.headline is None
    assert len(story.notes) == 1
    assert story.notes[0].startswith("Aktualisiert, um Kommentare des russischen")
    assert story.notes[0].endswith("aufzunehmen.")
    assert story.paragraphs[0].startswith("Nordkorea hat am Montag")
    assert story.paragraphs[-1].startswith("Axios zitierte")


@pytest.mark.parametrize("language", ["de", None])
def test_a_german_story_is_taken_apart(language: str | None) -> None:
    story = read(GERMAN, language)
    assert story.headline == "Stadtrat stimmt für die neue Brücke"
    assert story.authors == ["Anna Beispiel", "Karl Muster"]
    assert story.editors == ["Petra Probe"]
    assert set(story.agencies) == {"dpa"}
    assert story.updated == "4.3.2025, 14.05 Uhr MEZ"
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.country) == ("LÜBECK", "DE")
    assert story.paragraphs == [
        "Der Stadtrat hat am Dienstag dem Bau einer Brücke zugestimmt. Sie soll 20 Millionen Euro kosten.",
        "Die Opposition sprach von einem „teuren Spaß“.",
    ]


@pytest.mark.parametrize("language", ["en", None])
def test_an_english_story_is_taken_apart(language: str | None) -> None:
    story = read(ENGLISH, language)
    assert story.headline == "Harbour town votes for bridge"
    assert story.published == "March 4, 2025 2:05 p.m. ET"
    assert story.updated == "March 4, 2025 5:30 p.m. ET"
    assert list(dict.fromkeys(story.authors)) == ["Jane Sample", "John Doe", "Ann Poe"]
    assert story.editors == ["Lucy Pen"]
    assert story.agencies == ["Reuters"]
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.country) == ("PORTLAND", "US")
    assert story.notes == ["Updates with comment from opponents in paragraph 2."]
    assert [line[:12] for line in story.paragraphs] == ["The town cou", "Opponents ha"]


@pytest.mark.parametrize("language", ["fr", None])
def test_a_french_story_is_taken_apart(language: str | None) -> None:
    story = read(FRENCH, language)
    assert story.headline is None
    assert story.published == "3 mars 2025 à 14h05"
    assert story.updated == "3 mars 2025 à 16h30 CET"
    assert story.editors == ["Claire Essai", "Luc Modèle"]
    assert story.agencies == ["AFP"]
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.country) == ("PARIS", "FR")
    assert story.notes == ["Cet article a été mis à jour pour ajouter la réaction de la ministre."]
    assert len(story.paragraphs) == 2


@pytest.mark.parametrize("language", ["es", None])
def test_a_spanish_story_is_taken_apart(language: str | None) -> None:
    story = read(SPANISH, language)
    assert story.headline == "El ayuntamiento aprueba el puente"
    assert story.authors == ["María Prueba", "José Ortega y Gasset"]
    assert story.updated == "3 de marzo de 2025, 18:30 CET"
    assert story.editors == ["Juan Ejemplo", "Ana Muestra"]
    assert story.agencies == ["EFE"]
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.country) == ("MADRID", "ES")
    assert story.notes == ["Actualizado para añadir la reacción de la oposición."]
    assert len(story.paragraphs) == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Von Anfang an war klar, dass es teuer wird.\nDer Rat stimmte zu.", "de"),
        ("Updated rules for fishing boats took effect on Monday, the ministry said.\nThey are strict.", "en"),
        ("Edited by the newsroom in a hurry, the book was full of mistakes.", "en"),
        ("By noon the square was empty.\nBy two it was full again.", "en"),
        ("Par exemple, la ville a refusé.\nElle refuse encore.", "fr"),
    ],
)
def test_sentences_that_start_like_a_mark_stay_text(text: str, language: str) -> None:
    story = read(text, language)
    assert story.paragraphs == text.split("\n")
    assert story.fired == 0


def test_the_title_of_a_titled_text_is_not_looked_for() -> None:
    story = read_wire_story(["Harbour town votes", "The council voted for the bridge."], "en", titled=True)
    assert story.headline is None
    assert len(story.paragraphs) == 2


def test_text_with_fields_apart_loses_only_what_is_unmistakable() -> None:
    lines = ["BERLIN (dpa) - Der Rat hat zugestimmt.", "Von Anna Beispiel", "Schluss.", "Redaktion: Petra Probe"]
    story = read_ends(lines, "de")
    assert story.paragraphs == ["Der Rat hat zugestimmt.", "Von Anna Beispiel", "Schluss."]
    assert story.editors == ["Petra Probe"]
    assert story.agencies == ["dpa"]


def test_agencies_at_the_end_are_credited() -> None:
    assert read("Der Rat hat zugestimmt. (dpa)", "de").agencies == ["dpa"]
    assert read("Der Rat hat zugestimmt.\ndpa/AFP", "de").agencies == ["dpa", "AFP"]
    assert read("Der Rat hat zugestimmt.\nMit Material von dpa und AFP", "de").agencies == ["dpa", "AFP"]
    assert read("Der Rat (dpa) hat zugestimmt.", "de").agencies == []


def test_the_day_of_a_dateline_says_when_a_story_was_published_if_nothing_else_does() -> None:
    dated = "GRAZ, Österreich, 5. Mai 2025 – Die Uhr geht richtig."
    assert read(dated, "de").published == "5. Mai 2025"
    assert read(f"Veröffentlicht: 6. Mai 2025\n{dated}", "de").published == "6. Mai 2025"
    assert read("GRAZ, Österreich, 5. Mai – Die Uhr geht richtig.", "de").published is None
