"""A title for a text that has none: its first sentence."""

import re

LIMIT = 120
"""A derived title has at most this many characters."""

_END = re.compile(r"[.!?…][\"”“»’)\]]*(?=\s+[\"„“«‘(\[]*[^\W\d_a-zß-öø-ÿ])|[。！？][」』”]*|[.!?…][\"”“»’)\]]*$")
_ABBREVIATION = re.compile(
    r"(?:\b\d{1,2}|\b[^\W\d_]|\b(?:Dr|Prof|Mr|Mrs|Ms|St|Sr|Jr|Gen|Sen|Gov|Lt|Col|No|Nr|vs|ca|bzw|M|Mme))$"
)


def derived_title(text: str) -> str:
    """The first sentence of a paragraph, cut at a word where it is longer than `LIMIT`; always a prefix of it."""
    first = _first_sentence(text)
    if len(first) <= LIMIT:
        return first
    cut = cut_at_word(first, LIMIT)
    return cut.rstrip(" ,;:–—-(„“«\"'") or cut


def cut_at_word(text: str, limit: int) -> str:
    """At most `limit` characters of a text, ended before a word that would not fit, unless one word is all there is."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", limit // 2, limit + 1)
    return text[: space if space > 0 else limit].rstrip()


def _first_sentence(text: str) -> str:
    window = text[: 4 * LIMIT]
    for end in _END.finditer(window):
        if not (text[end.start()] == "." and _ABBREVIATION.search(window, 0, end.start())):
            return window[: end.end()]
    return window
