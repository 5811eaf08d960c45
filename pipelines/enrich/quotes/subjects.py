"""Finds who does what a verb says: the subject before a verb or of a whole sentence, by the order of words."""

from pipelines.enrich.quotes.lexicon import Word
from pipelines.enrich.quotes.phrases import BREAKS, FARTHEST, SKIPPED, Subject, subject_after
from pipelines.enrich.quotes.tokens import Kind, Sentence, Token


def subject_before(text: str, tokens: Sentence, start: int, verb: int, v2: bool) -> Subject | None:
    """The noun phrase before a verb whose subject it is, within the sentence from `start` on."""
    return _before_in_second(text, tokens, start, verb) if v2 else _before_medial(text, tokens, start, verb)


def _before_in_second(text: str, tokens: Sentence, start: int, verb: int) -> Subject | None:
    verb = _before_brackets(tokens, start, verb)
    before = tokens[verb - 1] if verb > start else None
    if before is None:
        return None
    if before.may(Word.CONJUNCTION):
        return first_subject(text, tokens, start, verb - 1, True)
    if before.kind in (Kind.PUNCTUATION, Kind.QUOTE):
        subject = first_subject(text, tokens, start, verb - 1, True)
        apposed = subject is not None and subject.last < verb and tokens[subject.last].low in ",("
        return subject if apposed and subject is not None and subject.token.person else None
    clause = verb - 1
    while clause > start and not _opens_clause(tokens[clause - 1]):
        clause -= 1
    if clause > start + 1 and tokens[clause].may(Word.RELATIVE) and tokens[clause - 1].low == ",":
        antecedent = _ending_at(text, tokens, start, clause - 2, True)
        if antecedent is not None and (antecedent.name is not None or not tokens[clause].may(Word.DETERMINER)):
            after = subject_after(text, tokens, clause + 1, verb, True)
            return antecedent if after is None or after.name is None else after
    return subject_after(text, tokens, clause, verb, True)


def _before_brackets(tokens: Sentence, start: int, index: int) -> int:
    """To the bracket that opens where one closes just before `index`."""
    if index <= start or tokens[index - 1].low != ")":
        return index
    return next((at for at in range(index - 2, max(start, index - FARTHEST), -1) if tokens[at].low == "("), index)


def _opens_clause(token: Token) -> bool:
    return token.kind in (Kind.PUNCTUATION, Kind.QUOTE, Kind.STOP) or token.may(Word.CONJUNCTION)


def _before_medial(text: str, tokens: Sentence, start: int, verb: int) -> Subject | None:
    index = _before_brackets(tokens, start, verb) - 1
    while index >= start and tokens[index].kind is Kind.WORD and _passed(tokens[index]):
        index -= 1
    if index < start:
        return None
    token = tokens[index]
    if token.may(Word.HE | Word.SHE):
        return Subject(token, None, index, index + 1)
    if token.may(Word.RELATIVE) and not token.may(Word.DETERMINER):
        index -= 1
        if index >= start and tokens[index].low == ",":
            index -= 1
        return _ending_at(text, tokens, start, index, False)
    if token.may(Word.CONJUNCTION):
        return first_subject(text, tokens, start, index, False)
    if token.kind is Kind.PUNCTUATION and token.low in ",)–":
        subject = first_subject(text, tokens, start, index, False)
        apposed = subject is not None and subject.last <= index and tokens[subject.last].low in ",(–"
        return subject if apposed or tokens[verb].may(Word.GERUND) else None
    return _ending_at(text, tokens, start, index, False)


def _passed(token: Token) -> bool:
    return token.may(SKIPPED) and not token.may(Word.HE | Word.SHE | Word.ROLE | Word.INSTITUTION | Word.TITLE)


def _ending_at(text: str, tokens: Sentence, start: int, last: int, v2: bool) -> Subject | None:
    """The noun phrase that ends with this token; `X of Y` is X."""
    first = last
    while first >= start and last - first < FARTHEST and not _borders(tokens[first]):
        first -= 1
    border = tokens[first] if first >= start else None
    if border is not None and border.kind is Kind.WORD:
        if border.may(Word.RELATIVE) and not border.may(Word.DETERMINER):
            before = first - 2 if first > start and tokens[first - 1].low == "," else first - 1
            if before < start or _borders(tokens[before]):
                return None
            last, first = before, before
            while first >= start and last - first < FARTHEST and not _borders(tokens[first]):
                first -= 1
            return subject_after(text, tokens, first + 1, last + 1, v2)
        paired = first > start and tokens[first - 1].kind is Kind.NAME
        if border.may(Word.CONJUNCTION) and paired and last - first == 1:
            return Subject(border._replace(bits=0), None, first, last)
    if first == last:
        return None
    subject = subject_after(text, tokens, first + 1, last + 1, v2)
    if subject is None or v2 or subject.last > last or tokens[subject.last].may(Word.PREPOSITION | Word.DETERMINER):
        return subject
    return Subject(tokens[last]._replace(bits=0), None, subject.first, last + 1)


def _borders(token: Token) -> bool:
    if token.kind not in (Kind.WORD, Kind.NAME):
        return True
    return token.may(BREAKS | Word.SUBORDINATOR) and not token.may(Word.DETERMINER | Word.PREPOSITION | Word.ROLE)


def first_subject(text: str, tokens: Sentence, start: int, end: int, v2: bool) -> Subject | None:
    """The subject of a sentence's first clause, past what is put before it: `After the vote, …`, `In Berlin …`."""
    index = start
    while index < end:
        if (
            tokens[index].kind is Kind.WORD
            and tokens[index].may(Word.SUBORDINATOR)
            and not tokens[index].may(Word.TITLE)
        ):
            index = _behind_comma(tokens, index, end)
            continue
        subject = subject_after(text, tokens, index, end, v2)
        if subject is not None:
            return subject
        behind = _behind_comma(tokens, index, end)
        if behind >= end and v2:
            verb = next((at for at in range(index, end) if tokens[at].may(Word.SAYS | Word.AUXILIARY)), end)
            return subject_after(text, tokens, verb + 1, end, v2)
        index = behind
    return None


def _behind_comma(tokens: Sentence, index: int, end: int) -> int:
    return next((at + 1 for at in range(index, end) if tokens[at].low == ","), end)
