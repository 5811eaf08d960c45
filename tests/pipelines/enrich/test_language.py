"""The language of an article: detected, with the feed's word as the prior."""

import pytest

from models.errors import EnrichError
from pipelines.enrich.language import decide, primary

SENTENCES = {
    "ar": "أعلنت الحكومة يوم الاثنين أنها سترسل مساعدات إلى المناطق المتضررة من الفيضانات في الجنوب.",
    "de": "Die Regierung hat am Montag angekündigt, dass sie Hilfe in die überschwemmten Gebiete schicken werde.",
    "el": "Η κυβέρνηση ανακοίνωσε τη Δευτέρα ότι θα στείλει βοήθεια στις πλημμυρισμένες περιοχές του νότου.",
    "en": "The government announced on Monday that it would send help to the flooded areas in the south.",
    "es": "El gobierno anunció el lunes que enviaría ayuda a las zonas inundadas del sur del país.",
    "fr": "Le gouvernement a annoncé lundi qu'il enverrait de l'aide dans les zones inondées du sud.",
    "hr": "Vlada je u ponedjeljak najavila da će poslati pomoć u poplavljena područja na jugu zemlje.",
    "it": "Il governo ha annunciato lunedì che invierà aiuti nelle zone alluvionate del sud del paese.",
    "ja": "政府は月曜日、南部の浸水した地域に支援を送ると発表した。",
    "ko": "정부는 월요일 남부 침수 지역에 구호 물자를 보내겠다고 발표했다.",
    "nb": "Regjeringen kunngjorde mandag at den ville sende hjelp til de oversvømte områdene i sør.",
    "nl": "De regering kondigde maandag aan dat ze hulp zou sturen naar de overstroomde gebieden in het zuiden.",
    "pl": "Rząd ogłosił w poniedziałek, że wyśle pomoc na zalane tereny na południu kraju.",
    "pt": "O governo anunciou na segunda-feira que enviaria ajuda para as áreas inundadas do sul.",
    "ru": "Правительство объявило в понедельник, что отправит помощь в затопленные районы на юге страны.",
    "sv": "Regeringen meddelade på måndagen att den skulle skicka hjälp till de översvämmade områdena i söder.",
    "tr": "Hükümet pazartesi günü güneydeki sel bölgelerine yardım göndereceğini açıkladı.",
    "uk": "Уряд оголосив у понеділок, що надішле допомогу до затоплених районів на півдні країни.",
    "zh": "政府星期一宣布，将向南部遭受洪灾的地区提供援助，并派遣救援队伍。",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_a_sentence_is_enough_without_a_prior(language: str, sentence: str) -> None:
    assert decide("", sentence, "und") == language


@pytest.mark.parametrize("text", ["", " ", "OK", "12:30", "\U0001f600", "\x00"])
def test_too_little_text_is_undetermined(text: str) -> None:
    assert decide(text, "", "und") == "und"


@pytest.mark.parametrize("text", ["", "Trump", "Breaking: live", "12:30"])
def test_too_little_text_keeps_the_prior(text: str) -> None:
    assert decide(text, "", "de-AT") == "de"


def test_the_feed_is_overruled_by_enough_text_in_another_language() -> None:
    assert decide("", SENTENCES["de"] * 2, "en-us") == "de"


def test_the_feed_is_not_overruled_by_a_short_text_in_another_language() -> None:
    assert decide("", "The government announced on Monday that it would.", "de") == "de"


def test_a_language_that_the_detector_does_not_know_is_kept() -> None:
    swahili = "Serikali ilitangaza Jumatatu kwamba itatuma msaada katika maeneo yaliyofurika kusini mwa nchi. " * 3
    assert decide("", swahili, "sw") == "sw"


@pytest.mark.parametrize(("feed", "text"), [("da", "nb"), ("nn", "nb"), ("bs", "hr"), ("sr", "hr")])
def test_close_relatives_are_left_to_the_feed(feed: str, text: str) -> None:
    assert decide("", SENTENCES[text] * 3, feed) == feed


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de-AT", "de"), ("EN_us", "en"), ("zh-Hant-TW", "zh"), ("no", "nb"), ("iw", "he"), ("", "und"), ("?", "und")],
)
def test_a_language_tag_becomes_its_primary_subtag(tag: str, code: str) -> None:
    assert primary(tag) == code


def test_half_a_character_is_an_error_of_this_one_text() -> None:
    with pytest.raises(EnrichError, match="surrogate"):
        decide("", "half a \ud83d character", "und")


def test_the_title_and_the_first_words_decide_however_long_the_text_is() -> None:
    assert decide("", SENTENCES["fr"] * 40 + SENTENCES["de"] * 10_000, "und") == "fr"
