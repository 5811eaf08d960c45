import codecs
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outcome import Parsed
from pipelines.parse.decode import decode

Read = Callable[..., Parsed]
Rss = Callable[..., str]

RUSSIAN = "Президент подписал указ о бюджете на следующий год, сообщает агентство."
GERMAN = "Größe und Maß: der Präsident kündigte „höhere“ Zölle an."


def _prolog(text: str, encoding: str) -> str:
    return text.replace('encoding="utf-8"', f'encoding="{encoding}"')


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(read: Read, rss: Rss, encoding: str) -> None:
    body = _prolog(rss(f"<title>{RUSSIAN}</title>"), encoding).encode(encoding)
    assert read(body).entries[0].title == RUSSIAN


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "us-ascii", "utf-16", "nonsense", "hex", ""])
def test_utf8_is_read_as_utf8_whatever_its_label_says(read: Read, rss: Rss, label: str) -> None:
    body = _prolog(rss(f"<title>{GERMAN}</title>"), label).encode()
    assert read(body, media_type=f"text/xml; charset={label}").entries[0].title == GERMAN


def test_the_server_is_heard_where_the_document_says_nothing(read: Read, rss: Rss) -> None:
    body = rss(f"<title>{RUSSIAN}</title>").replace(' encoding="utf-8"', "").encode("koi8-r")
    assert read(body, media_type="application/rss+xml; charset=KOI8-R").entries[0].title == RUSSIAN


def test_a_label_of_utf8_on_other_bytes_is_not_believed(read: Read, rss: Rss) -> None:
    german = read(rss(f"<title>{GERMAN}</title>").encode("cp1252")).entries[0].title
    russian = read(rss(f"<title>{RUSSIAN}</title><description>{RUSSIAN * 5}</description>").encode("cp1251"))
    assert german == GERMAN
    assert russian.entries[0].title == RUSSIAN


def test_latin_1_means_windows_1252(read: Read, rss: Rss) -> None:
    body = _prolog(rss("<title>“Quoted” – €5</title>"), "iso-8859-1").encode("cp1252")
    assert read(body).entries[0].title == "“Quoted” – €5"


def test_one_broken_byte_costs_one_character() -> None:
    text = GERMAN * 20
    assert decode(text.encode() + b"\xff").count("\ufffd") == 1


@pytest.mark.parametrize("bom", [codecs.BOM_UTF8, codecs.BOM_UTF8 * 2])
def test_byte_order_marks_are_no_text(bom: bytes) -> None:
    assert decode(bom + b"words").lstrip("\ufeff") == "words"


def test_shift_jis_and_chinese_are_read() -> None:
    assert decode("日本の首相が会見".encode("shift_jis"), "text/plain; charset=Shift_JIS") == "日本の首相が会見"
    assert decode("中国新闻网".encode("gb18030"), "text/html; charset=gb2312") == "中国新闻网"
    assert decode("日本の首相".encode("iso-2022-jp"), "text/plain; charset=iso-2022-jp") == "日本の首相"


def test_controls_and_surrogates_are_gone() -> None:
    assert decode(b"a\x00b\x08c\x1fd\x7fe\tf\n") == "abcde\tf\n"


@given(
    st.binary(), st.sampled_from([None, "text/html; charset=utf-16", "text/xml; charset=punycode", "x; charset=idna"])
)
def test_any_bytes_become_valid_text(body: bytes, media_type: str | None) -> None:
    decode(body, media_type).encode()
