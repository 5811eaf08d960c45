"""What is a quote, where it stands, and who spoke it."""

import re
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.article import Entity, EntityKind, Mention, Quote
from pipelines.enrich.base import Reading
from pipelines.enrich.quotes import QuotesExtractor

SEED = Path(__file__).resolve().parents[3] / "seeds" / "000_d167ea77ea0d49e4.txt"


def entity(text: str, name: str, *forms: str, kind: EntityKind = "person") -> Entity:
    """An entity mentioned wherever one of its forms stands as a word."""
    wanted = "|".join(re.escape(form) for form in sorted((name, *forms), key=len, reverse=True))
    mentions = tuple(Mention(start=m.start(), end=m.end()) for m in re.finditer(rf"(?<!\w)(?:{wanted})(?!\w)", text))
    return Entity(name=name, kind=kind, mentions=mentions)


def quotes(text: str, language: str, people: str = "", organizations: str = "") -> tuple[Quote, ...]:
    """The quotes of a text; people and organizations as `Full Name=Short;Other Name`."""
    entities = [
        entity(text, *names.split("="), kind=kind)
        for kind, given in (("person", people), ("organization", organizations))
        for names in given.split(";")
        if names
    ]
    reading = Reading(text=text, language=language, entities=tuple(entities))
    found = QuotesExtractor().extract([reading])[0].quotes
    for quote in found:
        assert text[quote.offset : quote.offset + len(quote.text)] == quote.text
    return found


def texts(text: str, language: str) -> list[str]:
    return [quote.text for quote in quotes(text, language)]


MARKS = [
    ("de", "„Das ist ein guter Tag“, sagte er."),
    ("de", "„Das ist ein guter Tag”, sagte er."),
    ("de", "»Das ist ein guter Tag«, sagte er."),
    ("de", "›Das ist ein guter Tag‹, sagte er."),
    ("de", "‚Das ist ein guter Tag‘, sagte er."),
    ("de", '"Das ist ein guter Tag", sagte er.'),
    ("de", '„Das ist ein guter Tag", sagte er.'),
    ("fr", "« Das ist ein guter Tag », a-t-il dit."),
    ("fr", "«\u00a0Das ist ein guter Tag\u00a0», a-t-il dit."),
    ("fr", "«Das ist ein guter Tag», a-t-il dit."),
    ("fr", "“Das ist ein guter Tag”, a-t-il dit."),
    ("en", "“Das ist ein guter Tag”, he said."),
    ("en", '"Das ist ein guter Tag", he said.'),
    ("en", "‘Das ist ein guter Tag’, he said."),
    ("en", "'Das ist ein guter Tag', he said."),
    ("en", "``Das ist ein guter Tag'', he said."),
    ("es", "“Das ist ein guter Tag”, dijo."),
    ("es", "«Das ist ein guter Tag», dijo."),
    ("sv", "”Das ist ein guter Tag”, sade han."),
    ("pl", "„Das ist ein guter Tag”, powiedział."),
    ("da", "»Das ist ein guter Tag«, sagde han."),
    ("ru", "«Das ist ein guter Tag», — сказал он."),
]


@pytest.mark.parametrize(("language", "text"), MARKS)
def test_every_kind_of_marks_is_known(language: str, text: str) -> None:
    assert texts(text, language) == ["Das ist ein guter Tag"]


def test_unspaced_scripts_count_characters() -> None:
    assert texts("他说：「我们今天不会去北京开会。」", "zh") == ["我们今天不会去北京开会。"]
    assert texts("新しい「東京」です。", "ja") == []


NO_QUOTES = [
    ("de", "Der „Orden“ wurde verliehen, sagte die Regierung."),
    ("de", "Sie zeigte den Film „Im Westen nichts Neues“ in Berlin."),
    ("de", "Die sogenannten „gelben Westen“ kamen wieder."),
    ("en", 'The film "Gone With the Wind" came first, critics say.'),
    ("en", "It's the boys' night out in the '90s, and rock 'n' roll isn't dead."),
    ("en", "He is 6'2\" tall and she is 5'9\" tall."),
    ("en", "His “special” friend waited."),
    ("fr", "Les « gilets jaunes » manifestent samedi."),
    ("es", "Los “chalecos amarillos” marchan el sábado."),
    ("en", "It was called the “sick man of Europe” then."),
    ("en", '```rust use clap and so on, and match it "as a string of words" ``` he said.'),
    ("es", "Dejó constar su “voto particular”, según explicaron varias fuentes."),
    ("en", "Home » News » World, and nothing was said."),
]


@pytest.mark.parametrize(("language", "text"), NO_QUOTES)
def test_what_is_marked_but_not_said_is_no_quote(language: str, text: str) -> None:
    assert texts(text, language) == []


def test_one_word_is_a_quote_when_it_is_all_that_was_said() -> None:
    assert texts("“No,” said the minister.", "en") == ["No,"]
    assert texts("„Nein!“, rief sie.", "de") == ["Nein!"]


def test_of_nested_quotes_the_outer_one_counts() -> None:
    assert texts("„Er sagte: ‚Das geht nicht so weiter‘, und ging“, erzählt sie.", "de") == [
        "Er sagte: ‚Das geht nicht so weiter‘, und ging"
    ]
    assert texts("« Il a dit « non merci » et il est parti », raconte-t-elle.", "fr") == [
        "Il a dit « non merci » et il est parti"
    ]
    assert texts("“She said ‘don’t you dare’ to all of them,” he said.", "en") == [
        "She said ‘don’t you dare’ to all of them,"
    ]


def test_a_quote_across_paragraphs_is_one_for_each_with_one_speaker() -> None:
    text = (
        "“This is the first part of it,” said Ann Lee. “It goes on for a while.\n\n"
        "“And this is the second part of it.\n\n“This is the end of it.”\n\nThat was all."
    )
    found = quotes(text, "en", "Ann Lee")
    assert [quote.text for quote in found] == [
        "This is the first part of it,",
        "It goes on for a while.",
        "And this is the second part of it.",
        "This is the end of it.",
    ]
    assert {quote.speaker for quote in found} == {"Ann Lee"}


UNBALANCED = [
    "„Das hier wird nie geschlossen. Und es geht weiter.\n\nEin neuer Absatz. „Das hier ist ein Satz“, sagte er.",
    '"Das hier wird nie geschlossen. Und weiter.\n\nEin neuer Absatz. "Das hier ist ein Satz", sagte er.',
    "Ein Wort“ ohne Anfang. „Das hier ist ein Satz“, sagte er.",
    'Nie geschlossen: "Das. Neu: "Das hier ist ein Satz", sagte er.',
]


@pytest.mark.parametrize("text", UNBALANCED)
def test_a_mark_without_its_other_swallows_nothing(text: str) -> None:
    assert texts(text, "de") == ["Das hier ist ein Satz"]


def test_an_unclosed_mark_is_not_looked_for_forever() -> None:
    assert texts("„Anfang. " + "Wort und Wort. " * 1000 + "Ende“", "de") == []


PUTIN = "Wladimir Putin=Putin"
SPEAKERS = [
    ("de", "„Das ist ein guter Tag“, sagte Putin am Montag.", PUTIN, "Wladimir Putin"),
    ("de", "„Das ist ein guter Tag“, sagte am Montag in Berlin Putin.", PUTIN, "Wladimir Putin"),
    ("de", "„Das ist“, sagte der russische Präsident Wladimir Putin, „ein guter Tag.“", PUTIN, "Wladimir Putin"),
    ("de", "Putin sagte: „Das ist ein guter Tag.“", PUTIN, "Wladimir Putin"),
    ("de", "Am Montag sagte Putin in Moskau: „Das ist ein guter Tag.“", PUTIN, "Wladimir Putin"),
    ("de", "Putin hat am Montag gesagt: „Das ist ein guter Tag.“", PUTIN, "Wladimir Putin"),
    ("de", "Am Montag hatte Putin gesagt: „Das ist ein guter Tag.“", PUTIN, "Wladimir Putin"),
    ("de", "Laut Putin ist das „ein guter und schöner Tag“.", PUTIN, "Wladimir Putin"),
    ("de", "„Das ist ein guter Tag“, so Putin.", PUTIN, "Wladimir Putin"),
    ("de", "Das sei Putin zufolge „ein guter und schöner Tag“.", PUTIN, "Wladimir Putin"),
    ("de", "Es sei „ein guter und schöner Tag“, wie Putin der Zeitung sagte.", PUTIN, "Wladimir Putin"),
    ("de", "Putin räumte ein, das sei „ein sehr schwerer Tag“ gewesen.", PUTIN, "Wladimir Putin"),
    ("de", "Putin, der das Gesetz „eine Schande für alle“ nannte, ging.", PUTIN, "Wladimir Putin"),
    ("de", "Putin: „Das ist ein guter Tag.“", PUTIN, "Wladimir Putin"),
    (
        "de",
        "„Das ist ein guter Tag“, sagte Putins Sprecher Dmitri Peskow.",
        f"{PUTIN}=Putins;Dmitri Peskow",
        "Dmitri Peskow",
    ),
    (
        "de",
        "„Das ist ein guter Tag“, sagte der Sprecher des Ministeriums, Jan Lee, zu Putin.",
        f"{PUTIN};Jan Lee",
        "Jan Lee",
    ),
    ("de", "„Das ist ein guter Tag“, sagte ein Sprecher von Putin.", PUTIN, None),
    ("de", "„Das ist ein guter Tag“, sagte der Sprecher. Putin schwieg.", PUTIN, None),
    ("de", "„Das ist ein guter Tag“, sagten Merkel und Putin.", f"Merkel;{PUTIN}", None),
    ("de", "„Das ist ein guter Tag“, sagte das Außenministerium.", PUTIN, "Außenministerium"),
    ("en", "“This is a good day,” Ann Lee said.", "Ann Lee", "Ann Lee"),
    ("en", "“This is a good day,” said Ann Lee, the head of the bank.", "Ann Lee", "Ann Lee"),
    ("en", "“This is a good day,” said Prime Minister Ann Lee.", "Ann Lee", "Ann Lee"),
    ("en", "“This is a good day,” Ann Lee, who met Bo Kim on Monday, said.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "“This is a good day,” the head of the mission, Ann Lee, told Bo Kim.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "“This is,” said Ann Lee, “a good day for Bo Kim.”", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "Ann Lee, who called it “a very good day”, left with Bo Kim.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "After meeting Bo Kim, Ann Lee said: “This is a good day.”", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "Ann Lee thanked Bo Kim and said it was “a very good day”.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "“This is a good day.” - Ann Lee", "Ann Lee", "Ann Lee"),
    ("en", "It was “a very good day”, according to Ann Lee.", "Ann Lee", "Ann Lee"),
    ("en", "“This is a good day,” a spokesman for Ann Lee said.", "Ann Lee", None),
    ("en", "“This is a good day,” analysts said about Ann Lee.", "Ann Lee", None),
    ("en", "“This is a good day,” police said.", "Ann Lee", "police"),
    ("fr", "« C’est une bonne journée », a déclaré Anne Petit.", "Anne Petit", "Anne Petit"),
    (
        "fr",
        "« C’est une bonne journée », a déclaré mardi le ministre de l’Intérieur, Jean Roc, à Anne Petit.",
        "Anne Petit;Jean Roc",
        "Jean Roc",
    ),
    ("fr", "« C’est une bonne journée », a déclaré le ministre de l’Intérieur Jean Roc.", "Jean Roc", "Jean Roc"),
    ("fr", "Anne Petit a affirmé que c’était « une très bonne journée ».", "Anne Petit", "Anne Petit"),
    ("fr", "Selon Anne Petit, c’est « une très bonne journée ».", "Anne Petit", "Anne Petit"),
    ("fr", "Pour Anne Petit, c’est « une très bonne journée ».", "Anne Petit", "Anne Petit"),
    ("fr", "« C’est une bonne journée », selon le porte-parole.", "Anne Petit", None),
    ("es", "“Es un buen día”, dijo Ana Ruiz.", "Ana Ruiz", "Ana Ruiz"),
    (
        "es",
        "“Es un buen día”, ha dicho este lunes la ministra de Sanidad, Ana Ruiz, a Juan Gil.",
        "Ana Ruiz;Juan Gil",
        "Ana Ruiz",
    ),
    ("es", "Ana Ruiz aseguró que fue “un día muy bueno”.", "Ana Ruiz", "Ana Ruiz"),
    ("es", "“Es un buen día”, dijo el presidente de la Orden de Abogados (OAB), Ana Ruiz.", "Ana Ruiz", "Ana Ruiz"),
    ("es", "“Es un buen día”, dijo cuando vio a Ana Ruiz.", "Ana Ruiz", None),
    ("es", "Según Ana Ruiz, fue “un día muy bueno”.", "Ana Ruiz", "Ana Ruiz"),
    ("es", "“Es un buen día”, dijo un portavoz de Ana Ruiz.", "Ana Ruiz", None),
]


@pytest.mark.parametrize(("language", "text", "people", "speaker"), SPEAKERS)
def test_the_sentence_says_who_spoke(language: str, text: str, people: str, speaker: str | None) -> None:
    found = quotes(text, language, people)
    assert found
    assert {quote.speaker for quote in found} == {speaker}


def test_an_organization_speaks_under_its_name() -> None:
    found = quotes("„Das ist ein guter Tag“, so KCNA.", "de", organizations="KCNA")
    assert [quote.speaker for quote in found] == ["KCNA"]
    found = quotes("“Es un buen día”, indica el semanario The Economist.", "es", organizations="The Economist")
    assert [quote.speaker for quote in found] == ["The Economist"]
    text = "“This is a good day,” said Apple boss Tim Cook."
    assert [quote.speaker for quote in quotes(text, "en", "Tim Cook", "Apple")] == ["Tim Cook"]


def test_the_speakers_offset_is_the_mention_that_said_so() -> None:
    text = "Putin kam spät. Er lachte. „Das ist ein guter Tag“, sagte Putin."
    (quote,) = quotes(text, "de", PUTIN)
    assert quote.speaker_offset == text.rindex("Putin")


PRONOUNS = [
    ("de", "Putin kam am Montag. „Das ist ein guter Tag“, sagte er.", PUTIN, "Wladimir Putin"),
    ("de", "Putin und Merkel kamen am Montag. „Das ist ein guter Tag“, sagte er.", f"{PUTIN};Merkel", None),
    ("de", "Frau Merkel kam mit Herrn Putin. „Ein guter Tag“, sagte sie.", f"{PUTIN};Merkel", "Merkel"),
    ("de", "„Ein Tag“, sagte Merkel. „Das ist ein guter Tag“, sagten sie.", "Merkel", None),
    ("de", "Der Minister kam. „Das ist ein guter Tag“, sagte er.", PUTIN, None),
    ("en", "Ann Lee met Bo Kim on Monday. “This is a good day,” she said.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("en", "“It is over,” said Ann Lee of Bo Kim.\n\n“This is a good day,” she added.", "Ann Lee;Bo Kim", "Ann Lee"),
    ("es", "Ana Ruiz llegó el lunes. “Es un buen día”, dijo.", "Ana Ruiz", "Ana Ruiz"),
    ("fr", "Anne Petit est arrivée lundi. « C’est un bon jour », a-t-elle dit.", "Anne Petit", "Anne Petit"),
]


@pytest.mark.parametrize(("language", "text", "people", "speaker"), PRONOUNS)
def test_a_pronoun_is_a_person_only_when_certain(language: str, text: str, people: str, speaker: str | None) -> None:
    assert quotes(text, language, people)[-1].speaker == speaker


def test_who_spoke_goes_on_speaking_within_the_paragraph() -> None:
    text = "“This is a good day,” said Ann Lee. “We are all glad of it.”\n\n“Another voice speaks here.”"
    assert [quote.speaker for quote in quotes(text, "en", "Ann Lee")] == ["Ann Lee", "Ann Lee", None]
    text = "“We are all glad of it.” “This is a good day,” said Ann Lee."
    assert [quote.speaker for quote in quotes(text, "en", "Ann Lee")] == ["Ann Lee", "Ann Lee"]
    text = "“This is a good day,” said Ann Lee. Bo Kim frowned. “We are all glad of it.”"
    assert quotes(text, "en", "Ann Lee;Bo Kim")[1].speaker != "Ann Lee"


def test_a_language_without_words_has_quotes_and_no_speakers() -> None:
    (quote,) = quotes("“Bu çok güzel bir gün,” dedi Ali Can.", "tr", "Ali Can")
    assert (quote.text, quote.speaker, quote.speaker_offset) == ("Bu çok güzel bir gün,", None, None)
    assert texts("“Whatever this may be in the end,” it says.", "und") == ["Whatever this may be in the end,"]


def test_dashes_of_dialogue_open_speech_in_spanish() -> None:
    text = "—Es un buen día —dijo Ana Ruiz—. Nos vamos.\n\n—Primer punto de la lista\n\n—Segundo punto de la lista"
    found = quotes(text, "es", "Ana Ruiz")
    assert [(quote.text, quote.speaker) for quote in found] == [("Es un buen día", "Ana Ruiz")]


def seed() -> Reading:
    """The seed's text with its entities, as a person would mark them."""
    lines = SEED.read_text(encoding="utf-8").split("\n")[1:]
    text = "\n\n".join(lines).replace("TAIPEI, Taiwan – ", "")
    places = (
        "Russia=Russland=Russlands=russische=russischen",
        "Moscow=Moskau=Moskaus",
        "Kremlin=Kreml",
        "Kursk",
        "North Korea=Nordkorea=Nordkoreas=nordkoreanische=nordkoreanischen=nordkoreanischer",
        "South Korea=südkoreanische",
        "Ukraine=ukrainische=ukrainischen",
        "Pyongyang=Pjöngjang=Pjöngjangs",
    )
    people = ("Kim Jong Un=Kim", PUTIN, "Volodymyr Zelenskyy", "Donald Trump=Trump", "Valery Gerasimov", "Jeon Ha-Gyu")
    entities = [entity(text, *names.split("="), kind="place") for names in places]
    entities += [entity(text, *names.split("=")) for names in people]
    entities += [
        entity(text, "KCNA", "Kcna", kind="organization"),
        entity(text, "Axios", kind="organization"),
        entity(text, "US-Außenministerium", "US -Außenministerium", kind="organization"),
    ]
    return Reading(text=text, language="de", entities=tuple(entities))


def test_the_seed_has_nine_quotes_with_their_speakers() -> None:
    reading = seed()
    (found,) = QuotesExtractor().extract([reading])
    for quote in found.quotes:
        assert reading.text[quote.offset : quote.offset + len(quote.text)] == quote.text
    assert [(quote.text.split()[0], quote.speaker) for quote in found.quotes] == [
        ("das", "North Korea"),
        ("Die", "KCNA"),
        ("heilige", "KCNA"),
        ("die", "KCNA"),
        ("Heldentum,", "Wladimir Putin"),
        ("Zulassung", "südkoreanische Regierung"),
        ("Nordkoreas", "Jeon Ha-Gyu"),
        ("Unser", "Volodymyr Zelenskyy"),
        ("Der", "US-Außenministerium"),
    ]


def test_readings_keep_their_order_and_what_they_had() -> None:
    readings = [seed(), Reading(text="Nichts.", language="de"), Reading(text="", language="und")]
    found = QuotesExtractor().extract(readings)
    assert [reading.text for reading in found] == [reading.text for reading in readings]
    assert [reading.entities for reading in found] == [reading.entities for reading in readings]
    assert found[1:] == readings[1:]


_SIGNS = "„“”«»‚‘’‹›\"'–—,.:!?()\n "
_PIECES = st.sampled_from(
    [
        *_SIGNS,
        "\n\n",
        "Putin",
        "Ann Lee",
        " sagte ",
        " said ",
        "er",
        "he",
        "so",
        "laut ",
        "a dit",
        "dijo",
        "der Sprecher",
        " who ",
        ", ",
        "als",
        "und",
        "zufolge",
        "according to ",
        "İ",
        "ß",
    ]
)


@given(
    st.lists(_PIECES, max_size=60), st.sampled_from(["de", "en", "fr", "es", "it", "zh", "und", "xx-YY", "../x", ""])
)
def test_whatever_the_text_offsets_hold_and_quotes_do_not_overlap(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    found = quotes(text, language, "Wladimir Putin=Putin;Ann Lee")
    assert all(a.offset + len(a.text) <= b.offset for a, b in pairwise(found))
    for quote in found:
        assert (quote.speaker is None) == (quote.speaker_offset is None)
        assert quote.speaker_offset is None or 0 <= quote.speaker_offset < len(text)


LONG = [
    "„",
    "“",
    '"',
    "« ",
    "«a» « ",
    "'",
    " 'a",
    "„a ",
    '„" ',
    "“a” ",
    '"a" ',
    "„Das ist ein Tag“, sagte Putin. ",
    "sagte „ein schöner Tag“ und ",
    "Putin, ",
    "„Das ist ein Tag“, sagte er, ",
    "der, „ein Tag und Tag“ nannte ",
    "„a b c“ – ",
    "er und ",
    "(",
    "„a ‹",
    "„Ein Wort hier“ ",
    "— a ",
    "\n",
    "\n\n„a",
]


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_time_in_line_with_its_length(piece: str) -> None:
    QuotesExtractor().extract([seed()])
    text = piece * (5_000_000 // len(piece))
    reading = Reading(text=text, language="de")
    began = perf_counter()
    QuotesExtractor().extract([reading])
    assert perf_counter() - began < 20
