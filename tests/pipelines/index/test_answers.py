"""Both indexes give the same answers to the same questions."""

import pytest
from articles import article_id
from news import press

from models.search import SearchRequest
from pipelines.index.base import SearchIndex

ALL = frozenset(press())

ANSWERS: dict[str, str] = {
    # words, stemmed in the language of the article
    "Soldaten": "de-kursk de-soldat",
    "Soldat": "de-kursk de-soldat fr-soldats",
    "soldiers": "en-soldiers en-soldier",
    "soldier": "en-soldiers en-soldier",
    "soldado": "es-soldado",
    "солдат": "ru-soldat",
    "regierung": "de-wahl de-regierungen",
    "kursk": "de-kursk de-soldat en-soldiers pl-kursk",
    "KURSK": "de-kursk de-soldat en-soldiers pl-kursk",
    "rynek": "pl-rynek",
    "becken": "de-hafen",
    "COVID-19": "en-covid",
    "bahnhof": "de-ch-bern",
    # scripts without spaces
    "北京": "zh-beida",
    "北京大学": "zh-beida",
    "东京": "",
    "東京": "ja-tokyo",
    "会議": "ja-tokyo",
    "서울": "ko-seoul",
    "회의": "ko-seoul",
    # together, either, neither
    "soldaten kursk": "de-kursk de-soldat",
    "kursk AND mission": "de-kursk en-soldiers",
    "kursk OR putin": "de-kursk de-soldat en-soldiers pl-kursk de-putin en-putin",
    "kursk OR putin mission": "de-kursk en-soldiers",
    "(kursk AND soldat) OR putin": "de-kursk de-soldat de-putin en-putin",
    "kursk NOT mission": "de-soldat pl-kursk",
    "+kursk -mission": "de-soldat pl-kursk",
    "mission -kursk": "de-regierungen en-mission",
    "kursk – mission": "de-kursk en-soldiers",
    # phrases
    '"heilige Mission"': "de-kursk",
    '"mission heilige"': "",
    '"sacred mission"': "en-soldiers",
    '"docks open"~2': "en-harbour",
    '"docks open"': "",
    'title:"arrive in Kursk"': "en-soldiers",
    # one field
    "title:mission": "en-mission",
    "title:(soldat kursk)": "de-kursk",
    "body:kursk": "de-soldat",
    "summary:becken": "de-hafen",
    "title:becken": "",
    # parts of words, words like others
    "put*": "de-putin de-putztag en-putin",
    "Put*": "de-putin de-putztag en-putin",
    "*tag": "de-putztag",
    "m?rkets": "en-market",
    "title:hafe?": "de-hafen",
    "countries:k*": "de-kursk en-soldiers",
    "people:*putin": "de-kursk de-putin en-putin ru-soldat",
    "Kurks~1": "de-kursk de-soldat en-soldiers pl-kursk",
    "harbor~": "en-harbour",
    # whole values, without case
    "countries:KP": "de-kursk en-soldiers",
    "countries:kp": "de-kursk en-soldiers",
    'people:"Kim Jong Un"': "de-kursk en-soldiers",
    'people:"kim jong un"': "de-kursk en-soldiers",
    "people:Kim": "de-kursk en-soldiers",
    # names: whole or some of their words, in any spelling
    "person:Putin": "de-kursk de-putin en-putin ru-soldat",
    "people:Vladimir": "de-kursk de-putin en-putin ru-soldat",
    "people:WLADIMIR": "de-kursk de-putin en-putin ru-soldat",
    'people:"Vladimir Putin"': "de-kursk de-putin en-putin ru-soldat",
    "people:Путин": "de-kursk de-putin en-putin ru-soldat",
    'people:"Владимир Путин"': "de-kursk de-putin en-putin ru-soldat",
    'people:"Jong Un"': "de-kursk en-soldiers",
    'people:"Un Wladimir"': "",
    'people:"Kim Putin"': "",
    "people:Kims": "",
    "organizations:volksarmee": "de-kursk",
    'org:"central bank"': "en-market",
    'org:"bank central"': "",
    'places:"new harwich"': "en-harbour",
    "places:harwich": "en-harbour",
    "places:KURSK": "de-kursk pl-kursk",
    "place:kurs": "",
    'speakers:"kim jong un"': "de-kursk",
    "speaker:vladimir": "de-kursk de-putin",
    "speakers:王伟": "zh-beida",
    "speakers:*": "de-kursk de-putin zh-beida",
    # quotes
    'quotes:"heilige Mission"': "de-kursk",
    "quotes:soldat": "de-kursk",
    "quotes:held": "de-kursk de-putin",
    "quotes:(held mission)": "de-kursk",
    'quotes:"Soldaten Wir"': "",
    'quotes:"Soldaten Wir"~1': "de-kursk",
    "quotes:held*": "de-kursk de-putin",
    "quote:missoin~1": "de-kursk en-soldiers",
    "quotes:学生": "zh-beida",
    "quotes:*": "de-kursk de-putin en-soldiers zh-beida",
    "quotes:helden NOT speakers:Kim": "de-putin",
    "quotes.text:sacred": "en-soldiers",
    "tags:economy": "en-market es-mercado",
    'tags:"stock exchange"': "en-market",
    "countries:(KP OR CN)": "de-kursk en-soldiers zh-beida zh-shanghai",
    "putin AND countries:RU": "de-putin en-putin",
    "dateline.place:taipei": "de-kursk",
    "source:agencia": "es-soldado es-mercado",
    "lang:ja": "ja-tokyo ja-kyoto",
    "tags:[p TO z]": "de-wahl en-market",
    # there or not
    "tags:*": "en-market es-mercado de-wahl",
    "summary:*": "de-hafen",
    "NOT title:*": "",
    "people:* NOT countries:*": "ru-soldat",
    # times
    "timestamp:2025-04-01": "de-wahl de-regierungen",
    "date:2025-04-01": "de-wahl de-regierungen",
    "timestamp:[2025-04-01 TO 2025-04-02]": "de-wahl de-regierungen de-putin",
    "timestamp:[2025-04-01 TO 2025-04-02}": "de-wahl de-regierungen",
    "timestamp:{2025-03-31 TO 2025-04-01]": "de-wahl de-regierungen",
    "timestamp:2025-03": "de-hafen ru-rynok",
    "timestamp:2024": "en-covid",
    "timestamp:<2024": "en-empty",
    "timestamp:<=2024": "en-empty en-covid",
    "timestamp:>2025-04-28": "en-putin en-mission",
    "timestamp:>=2025-04-28T09:00:00Z": "pl-kursk en-putin en-mission",
    'timestamp:"2025-04-28T09:00:00+02:00"': "de-kursk",
    "timestamp:[now/d TO now-100y]": "",
    "timestamp:[now TO *]": "",
    # numbers
    "word_count:[3 TO 4]": "de-putztag en-covid ko-seoul pl-kursk de-ch-bern",
    "word_count:>=13": "de-regierungen en-market",
    "word_count:>13": "de-regierungen",
    "word_count:20": "",
    # weight changes no answer
    "kursk^3 mission": "de-kursk en-soldiers",
    "(kursk OR putin^2)^0.5 soldat": "de-kursk de-soldat",
}


def _names(index: SearchIndex, query: str) -> frozenset[str]:
    found = index.search(SearchRequest(query=query, limit=100))
    ids = {hit.article.id for hit in found.hits}
    assert found.total == len(ids)
    return frozenset(name for name in ALL if article_id(name) in ids)


@pytest.mark.parametrize("query", ANSWERS)
def test_both_indexes_give_this_answer(press_index: SearchIndex, query: str) -> None:
    assert _names(press_index, query) == frozenset(ANSWERS[query].split())


@pytest.mark.parametrize("query", ["", "*", "*:*", "title:*", "timestamp:[* TO now]", "word_count:[* TO 1000]"])
def test_both_indexes_give_everything(press_index: SearchIndex, query: str) -> None:
    assert _names(press_index, query) == ALL


@pytest.mark.parametrize("query", ANSWERS)
def test_not_turns_every_answer_round(press_index: SearchIndex, query: str) -> None:
    assert _names(press_index, f"NOT ({query})") == ALL - _names(press_index, query)
