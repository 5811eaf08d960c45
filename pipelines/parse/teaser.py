"""Whether a feed gave the whole text or only an appetizer."""

import re

from models.article import TextStatus

_FULL_FROM_WORDS = 150
_TEASER_END = re.compile(
    r"(?:\.\.\.|…|\[\W{1,5}\]|\b(?:read (?:more|on|the full \w+|full \w+)|continue reading|weiterlesen|mehr lesen"
    r"|lire la suite|leer más|seguir leyendo|leggi tutto|lees (?:meer|verder))\b.{0,60})\W*$",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def text_status(text: str, *, is_content: bool) -> TextStatus:
    """Full where the feed gave a content element or a long description, unless the text says that it goes on."""
    if _TEASER_END.search(text[-200:]):
        return TextStatus.TEASER
    return TextStatus.FULL if is_content or _words(text) >= _FULL_FROM_WORDS else TextStatus.TEASER


def _words(text: str) -> int:
    return len(text.split()) + len(_CJK.findall(text)) // 2
