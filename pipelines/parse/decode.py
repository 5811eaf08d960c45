"""Bytes to text, whatever their label says: byte order marks, UTF-8 by proof, then declarations, then a guess."""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_PROLOG = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

_DECLARED_WITHIN = 8192
_GUESSED_FROM = 64 * 1024

_READ_AS = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
}
"""Labels that stand for a larger encoding in practice (WHATWG Encoding Standard, section 4.2)."""

# fmt: off
_GUESSES = [
    "cp1252", "cp1251", "koi8_r", "koi8_u", "cp1250", "iso8859_2", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "cp874", "gb18030", "big5", "cp932", "euc_jp", "cp949",
]
# fmt: on
"""What text on the web is written in, where it is no Unicode."""

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def decode(body: bytes, media_type: str | None = None) -> str:
    """The text of a document, valid Unicode without NUL, other C0 controls, surrogates or a byte order mark.

    Never fails: bytes that fit no encoding become U+FFFD. What is UTF-8 by its bytes is read as UTF-8, whatever
    its label says, because text in another encoding is valid UTF-8 only by a very rare accident.
    """
    return clean(_decoded(body, media_type)).removeprefix("\ufeff")


def clean(text: str) -> str:
    """Text without NUL, controls other than tab and line ends, lone surrogates and non-characters.

    C1 controls are what Windows-1252 becomes when it is taken for ISO 8859-1, and are read as such.
    """
    return text if _UNWANTED.search(text) is None else _UNWANTED.sub(_wanted, text)


def _wanted(match: re.Match[str]) -> str:
    character = match.group()
    return character.encode("latin-1").decode("cp1252", "ignore") if "\x80" <= character <= "\x9f" else ""


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, by its byte order mark or by where the zeros of its Latin characters stand."""
    for bom, encoding in _BOMS[1:]:
        if head.startswith(bom):
            return encoding
    sample = head[:400]
    if len(sample) < 4 or sample.count(0) < len(sample) // 5:
        return None
    if sample[0] and not sample[1]:
        return "utf-32-le" if sample[2:4] == b"\x00\x00" else _plausible(sample, "utf-16-le")
    if sample[1] and not sample[0]:
        return _plausible(sample, "utf-16-be")
    return "utf-32-be" if sample[:3] == b"\x00\x00\x00" and sample[3] else None


def _plausible(sample: bytes, encoding: str) -> str | None:
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    controls = sum(character < " " and character not in "\t\r\n" for character in text)
    return encoding if controls <= len(text) // 50 else None


def _decoded(body: bytes, media_type: str | None) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    wide = wide_encoding(body[:400])
    if wide is not None:
        return body.decode(wide, "replace")
    declared = _declared(body, media_type)
    for encoding in declared:
        if encoding.startswith(("iso-2022", "iso2022", "hz")) and (found := _try(body, encoding)) is not None:
            return found
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, declared)


def _declared(body: bytes, media_type: str | None) -> list[str]:
    """What the server, the XML prolog and the HTML head say, in this order, in lower case."""
    head = body[:_DECLARED_WITHIN]
    found = [match.group(1) for match in [_CHARSET.search(media_type or "")] if match]
    found += [match.group(1).decode() for match in (_PROLOG.search(head), _META.search(head)) if match]
    return list(dict.fromkeys(label.lower() for label in found))


def _not_utf8(body: bytes, declared: list[str]) -> str:
    utf8 = body.decode("utf-8", "replace")
    broken = utf8.count("\ufffd")
    if broken * 10 < sum(map(_is_wide, utf8[: 10 * _GUESSED_FROM])) - broken:
        return utf8
    for encoding in declared:
        wanted = _READ_AS.get(encoding, encoding)
        if wanted not in ("utf-8", "utf8") and not wanted.startswith(("utf-16", "utf-32", "utf16", "utf32")):
            found = _try(body, wanted) or _try(body, encoding)
            if found is not None:
                return found
    guess = from_bytes(body[:_GUESSED_FROM], cp_isolation=_GUESSES).best()
    return body.decode(guess.encoding if guess is not None else "cp1252", "replace")


def _is_wide(character: str) -> bool:
    return character > "\x7f"


def _try(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
