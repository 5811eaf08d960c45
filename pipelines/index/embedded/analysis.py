"""How text of one language becomes terms: stems, words as written, the nouns that compounds end with, and keywords."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

from tantivy import Document, Filter, PreTokenizedString, TextAnalyzer, TextAnalyzerBuilder, Tokenizer
from tantivy import Token as Term

from models.language import Language
from models.synonyms import SynonymRule
from pipelines.index.compounds import compound_patterns

LONGEST_WORD = 255
# Characters of scripts without spaces are words of their own; phrases of them find what a reader takes for a word.
_SIGNS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_SIGN_CLASSES = r"\p{Han}--\p{Hiragana}--\p{Katakana}--\p{Hangul}"
WORD = rf"[{_SIGNS}]|[\w--{_SIGN_CLASSES}]+"

_REMEMBERED = 1 << 16
_MOST_PHRASES = 64
"""So many ways to say one phrase are looked for."""

Terms = tuple[str, ...]


class Token(NamedTuple):
    """A word of a text: its terms, the stem first and then those of the nouns it ends with; itself; and its place."""

    stems: Terms
    exact: str
    start: int
    end: int


class Analysis:
    """The analysis of one language, with its synonyms. Everything is folded: lower case, no diacritics."""

    def __init__(self, language: Language, synonyms: Sequence[SynonymRule] = ()) -> None:
        words = _words(language)
        if language.embedded.stemmer:
            words = words.filter(Filter.stemmer(language.embedded.stemmer))
        self.words: TextAnalyzer = words.filter(Filter.ascii_fold()).build()
        self.exact: TextAnalyzer = _words(language).filter(Filter.ascii_fold()).build()
        folded = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.lowercase()).filter(Filter.ascii_fold())
        self.folded: TextAnalyzer = folded.build()
        self._compounds = tuple(map(re.compile, compound_patterns(language.code)))
        self._nouns = lru_cache(_REMEMBERED)(self._find_nouns)
        self._synonyms = _Synonyms(self.words, synonyms)

    def fold(self, value: str) -> str:
        """The one term of a keyword."""
        return "".join(self.folded.analyze(value))

    def add(self, document: Document, field: str, text: str) -> None:
        """Put a text into a field of a document; the nouns that a compound ends with stand where the compound does."""
        nouns = list(map(self._nouns, self.exact.analyze(text))) if self._compounds else []
        if not any(nouns):
            document.add_text(field, text)
            return
        terms: list[Term] = []
        for term, ends in zip(self.words.pre_tokenize(text).tokens, nouns, strict=True):
            terms.append(term)
            terms += [Term(noun, term.position, term.char_offset_from, term.char_offset_to) for noun in ends]
        document.add_pre_tokenized_text(field, PreTokenizedString(text, terms))

    def _find_nouns(self, word: str) -> Terms:
        found = (match[1] for pattern in self._compounds if (match := pattern.match(word)) and match[1])
        return tuple(dict.fromkeys(term for noun in found for term in self.words.analyze(noun)))

    def tokens(self, text: str) -> list[Token]:
        """The words of a text, each with all that it is found by."""
        stems, words = self.words.pre_tokenize(text).tokens, self.exact.pre_tokenize(text).tokens
        return [
            Token(
                (stem.text, *self._nouns(word.text)),
                word.text,
                word.char_offset_from,
                word.char_offset_to,
            )
            for stem, word in zip(stems, words, strict=True)
        ]

    def asked(self, text: str) -> list[tuple[Terms, ...]]:
        """What to look for, in order: for each word or synonym of several words, the phrases that will do."""
        return self._synonyms.expand(_runs(self.words, text))

    def asked_exactly(self, text: str) -> list[tuple[Terms, ...]]:
        """The same without other forms or other words."""
        return [(run,) for run in _runs(self.exact, text)]

    def asked_together(self, text: str, slop: int = 0) -> list[Terms]:
        """The same for a phrase: every way to say all of it, as typed first; that alone where words may be between."""
        stems = [(stem,) for stem in self.words.analyze(text)]
        if slop:
            return [tuple(stem for (stem,) in stems)]
        ways = islice(product(*self._synonyms.expand(stems)), _MOST_PHRASES)
        return [tuple(term for part in way for term in part) for way in ways]


class _Synonyms:
    """Rules in terms of one language."""

    def __init__(self, analyzer: TextAnalyzer, rules: Sequence[SynonymRule]) -> None:
        self._analyzer = analyzer
        self._rules = rules
        self._found: dict[Terms, dict[Terms, None]] | None = None

    def expand(self, parts: Sequence[Terms]) -> list[tuple[Terms, ...]]:
        """Each part, or the longest run of parts that a rule begins with, as the phrases that will do for it."""
        return list(self._expanded(parts)) if self._rules else [(part,) for part in parts]

    def _expanded(self, parts: Sequence[Terms]) -> Iterator[tuple[Terms, ...]]:
        if self._found is None:
            self._found = self._read()
            self._longest = max(map(len, self._found), default=1)
        at = 0
        while at < len(parts):
            for length in range(min(self._longest, len(parts) - at), 0, -1):
                run = tuple(term for part in parts[at : at + length] for term in part)
                if run in self._found:
                    yield tuple(sorted(self._found[run], key=lambda way: way != run))
                    at += length
                    break
            else:
                yield (parts[at],)
                at += 1

    def _read(self) -> dict[Terms, dict[Terms, None]]:
        found: dict[Terms, dict[Terms, None]] = {}
        for rule in self._rules:
            phrases = [phrase for term in rule.found if (phrase := tuple(self._analyzer.analyze(term)))]
            for term in rule.terms:
                if asked := tuple(self._analyzer.analyze(term)):
                    found.setdefault(asked, {}).update(dict.fromkeys(phrases))
        return found


def _runs(analyzer: TextAnalyzer, text: str) -> list[Terms]:
    """The terms of a text as typed; characters of a script without spaces that touch stay together."""
    found: list[Terms] = []
    end = -1
    for token in analyzer.pre_tokenize(text).tokens:
        if token.char_offset_from == end:
            found[-1] += (token.text,)
        else:
            found.append((token.text,))
        end = token.char_offset_to
    return found


def _words(language: Language) -> TextAnalyzerBuilder:
    # A language with a stemmer has spaces between words, and the simple tokenizer takes half the time.
    tokenizer = Tokenizer.simple() if language.embedded.stemmer else Tokenizer.regex(WORD)
    return TextAnalyzerBuilder(tokenizer).filter(Filter.remove_long(LONGEST_WORD)).filter(Filter.lowercase())
