"""Finds the direct quotes of a text and their speakers: the extractor of quotes.

What is a quote, and what a title, an irony or a term:

1. One word is a quote only as a sentence of its own with a verb of saying right beside it: `“No,” said X.`
2. Two or more words are a quote where a verb of saying or an adverbial (`according to X`) is right beside them (three
   or more, where they begin small behind a comma); elsewhere in a sentence with such a verb three or more, or two that
   go on with a quote before them (`„…“ und „die Ehre“`).
3. Where nothing says that somebody spoke: three or more words that have a sentence to themselves, or `FRAGMENT` or more
   that begin with a small letter or are a whole sentence.
4. By rules 2 and 3 only with a verb of saying right beside it: what follows a word that announces a work or a name
   (`the film “…”`), what is written With Capitals Throughout, and what stands in marks that may be apostrophes.
5. In a language without data in `config/quotes`, `UNTOLD` or more words.

A quote across paragraphs is one `Quote` for each of them, with the same speaker, so that every text is found in the
body at its offset. Marks, and blanks beside them, are not part of the text. Where `dialogue` says so, a dash that
opens a paragraph and the next one are marks that may be something else.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain, islice

from models.article import Quote
from pipelines.enrich.base import Reading
from pipelines.enrich.quotes.attribution import Firmness
from pipelines.enrich.quotes.lexicon import Lexicon, Word, lexicon
from pipelines.enrich.quotes.marks import Span, paragraphs, quoted
from pipelines.enrich.quotes.speakers import Document, Place, Spoken, speakers
from pipelines.enrich.quotes.tokens import Kind, Sentence, names, sentences

FRAGMENT = 6
"""So many words in quotation marks are believed to be spoken without a word that says so."""

UNTOLD = 5
"""So many words in a language without data."""

SHORT = 3
"""So many words, where something says that somebody spoke."""

AROUND = 3000
"""So many characters before and behind the quotes of a paragraph are read."""

SPANS = 5000
"""So many quoted spans of a text are looked at."""


class QuotesExtractor:
    """Direct quotes and who spoke them, by the rules above; the same reading always gives the same quotes."""

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with its quotes, in order; speakers are among its entities."""
        return [_with_quotes(reading) for reading in readings]


def _with_quotes(reading: Reading) -> Reading:
    found = find_quotes(reading)
    return reading.model_copy(update={"quotes": (*reading.quotes, *found)}) if found else reading


def find_quotes(reading: Reading) -> tuple[Quote, ...]:
    """The quotes of a text in order, none within another; `reading.text[offset:offset + len(text)] == text`."""
    text = reading.text
    borders = paragraphs(text)
    words = lexicon(reading.language.partition("-")[0].lower())
    spans = list(islice(quoted(text, borders, dialogue=words is not None and words.dialogue), SPANS))
    if not spans:
        return ()
    if words is None:
        kept = [span for span in spans if not span.single and _words(text, span) >= UNTOLD]
        return tuple(Quote(text=text[span.start : span.end], offset=span.start) for span in kept)
    document = _document(reading, borders, spans, words)
    told = speakers(document)
    return tuple(
        _quote(text, span, spoken)
        for span, place, spoken in zip(spans, document.places, told, strict=True)
        if _is_quote(text, span, document.sentences[place.sentence], place.token, spoken)
    )


def _quote(text: str, span: Span, spoken: Spoken) -> Quote:
    speaker = spoken.speaker
    return Quote(
        text=text[span.start : span.end],
        offset=span.start,
        speaker=speaker.name if speaker else None,
        speaker_offset=speaker.offset if speaker else None,
    )


def _document(reading: Reading, borders: Sequence[tuple[int, int]], spans: Sequence[Span], words: Lexicon) -> Document:
    """The paragraphs that hold quotes and those before them, as sentences."""
    named = names(reading.text, reading.entities)
    starts = [name.start for name in named]
    numbered = list(enumerate(spans))
    firsts = [span.outer_start for span in spans]
    wanted = dict.fromkeys(chain.from_iterable((max(0, span.paragraph - 1), span.paragraph) for span in spans))
    found: list[Sentence] = []
    belongs: list[int] = []
    for number in wanted:
        start, end = borders[number]
        quotes = numbered[bisect_left(firsts, start) : bisect_left(firsts, end)]
        if quotes:
            end = min(end, quotes[-1][1].outer_end + AROUND)
        start = max(start, (quotes[0][1].outer_start if quotes else end) - AROUND)
        inside = named[bisect_left(starts, start) : bisect_left(starts, end)]
        for sentence in sentences(reading.text, start, end, inside, quotes, words):
            found.append(sentence)
            belongs.append(number)
    places = [
        Place(belongs[at], at, position)
        for at, sentence in enumerate(found)
        for position, token in enumerate(sentence)
        if token.kind is Kind.QUOTE
    ]
    return Document(reading.text, found, belongs, places, [span.continued for span in spans], words)


def _is_quote(text: str, span: Span, sentence: Sentence, token: int, spoken: Spoken) -> bool:
    count = _words(text, span)
    if count == 1:
        return spoken.firmness is Firmness.BESIDE and span.paragraph >= 0 and _is_sentence(text, span, sentence, token)
    if spoken.firmness is Firmness.BESIDE and not (count < SHORT and _is_aside(text, span, sentence, token)):
        return True
    if span.single or _is_work(sentence, token, spoken) or _is_title(text, span):
        return False
    if spoken.firmness:
        return count >= (SHORT - 1 if spoken.joined else SHORT)
    if spoken.alone:
        return count >= SHORT
    written = text[span.start : span.end]
    return count >= FRAGMENT and (written[0].islower() or written[-1] in ".!?…,")


def _is_aside(text: str, span: Span, sentence: Sentence, token: int) -> bool:
    """`X, “a term”,` rather than speech that goes on."""
    return token > 0 and sentence[token - 1].low == "," and text[span.start].islower()


def _is_sentence(text: str, span: Span, sentence: Sentence, token: int) -> bool:
    opens = token == 0 or sentence[token - 1].low == ":"
    return opens and (text[span.end - 1] in ".!?,…" or (token + 1 < len(sentence) and sentence[token + 1].low == ","))


def _is_work(sentence: Sentence, token: int, spoken: Spoken) -> bool:
    """`the film “…”`, `a place called “…”`; but not where somebody `called it “…”`."""
    before = sentence[max(0, token - 2) : token]
    return any(word.may(Word.WORK) and not (word.may(Word.SAYS) and spoken.speaker) for word in before)


def _is_title(text: str, span: Span) -> bool:
    """Written With Capitals Throughout, and no sentence."""
    written = text[span.start : span.end]
    if written[-1] in ".…" or len(written) > 100:
        return False
    longer = [word for word in written.split() if len(word) > SHORT]
    return len(longer) > 1 and all(word[0].isupper() or not word[0].isalpha() for word in longer)


def _words(text: str, span: Span) -> int:
    """Words between blanks; in scripts without blanks, a word for two characters."""
    written = text[span.start : span.end]
    return sum(_length(word) for word in written.split())


def _length(word: str) -> int:
    if word.isascii():
        return int(any(map(str.isalnum, word)))
    if not any(letter.isalnum() for letter in word):
        return 0
    unspaced = sum("\u3040" <= letter <= "\u9fff" or "\u0e00" <= letter <= "\u0eff" for letter in word)
    return 1 + unspaced // 2
