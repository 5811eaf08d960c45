"""Reads a story as agencies write it: which lines are stamps, credits, notes, a headline, and what is left as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.article import Dateline
from pipelines.normalize.agencies import agencies_only
from pipelines.normalize.dateline import read_dateline
from pipelines.normalize.people import names_only
from pipelines.normalize.rules import Rules, may_end, rules_for
from pipelines.normalize.times import is_time

_LINES_AT_AN_END = 10
_LONGEST_STAMP = 200
_LONGEST_CREDIT = 500
_LONGEST_NOTE = 2_000
_LONGEST_BYLINE = 160
_LONGEST_HEADLINE = 160
_AROUND = " \t,;|·•/–—-()[]*_"
_QUOTES = "\"'”“»’)"
_SENTENCE_END = (".", ",", ";", ":", "…", "!", "?", "。")
_CREDIT_BORDER = re.compile(r"[;.|,(–—\]]\s*$")
_AGENCY_AT_END = re.compile(r"\s*[(\[](?P<credit>[^()\[\]]{2,40})[)\]]\s*$")


@dataclass
class Story:
    """What the lines of a text hold. `fired` counts the lines and parts that a language's rules read."""

    paragraphs: list[str]
    headline: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dateline: Dateline | None = None
    fired: int = 0


def read_wire_story(paragraphs: list[str], language: str | None, *, titled: bool) -> Story:
    """Read a plain text whole, by the rules of its language, or of the one whose rules read the most of it."""
    stories = [_read_whole(paragraphs, rules, titled=titled) for rules in rules_for(language)]
    return max(stories, key=lambda story: story.fired)


def read_ends(paragraphs: list[str], language: str | None) -> Story:
    """Read only the dateline, and credits and notes at the end: for text that came with its fields apart."""
    best = Story(paragraphs)
    if any(may_end(last) for last in paragraphs[-3:]):
        stories = []
        for rules in rules_for(language):
            story = Story(list(paragraphs))
            _take_end(story, rules, at_least=1, stamps=False)
            stories.append(story)
        best = max(stories, key=lambda story: story.fired)
    _take_dateline(best, language)
    return best


def _read_whole(paragraphs: list[str], rules: Rules, *, titled: bool) -> Story:
    story = Story(list(paragraphs))
    _take_start(story, rules, titled=titled)
    _take_end(story, rules, at_least=0, stamps=True)
    _take_agency_at_end(story)
    _take_dateline(story, rules.language)
    return story


def _take_start(story: Story, rules: Rules, *, titled: bool) -> None:
    """Stamps, notes and bylines before the text, and the headline among them."""
    lines = story.paragraphs
    taken = 0
    for line in lines[:_LINES_AT_AN_END]:
        if _take_note(story, line, rules) or _take_stamps(story, line, rules) or _take_byline(story, line, rules):
            taken += 1
        elif not titled and story.headline is None and _is_headline(line, lines[taken + 1 :]):
            story.headline = line
            taken += 1
        else:
            break
    del lines[:taken]


def _take_end(story: Story, rules: Rules, *, at_least: int, stamps: bool) -> None:
    """Credits, notes and stamps after the text, from the last line up; `at_least` paragraphs stay."""
    lines = story.paragraphs
    ends: list[str] = []
    while len(lines) > at_least and len(ends) < _LINES_AT_AN_END and _is_end(lines[-1], rules, stamps=stamps):
        ends.append(lines.pop())
    for line in reversed(ends):
        _take_end_line(story, line, rules, stamps=stamps)


def _is_end(line: str, rules: Rules, *, stamps: bool) -> bool:
    return _take_end_line(Story([]), line, rules, stamps=stamps)


def _take_end_line(story: Story, line: str, rules: Rules, *, stamps: bool) -> bool:
    return (
        _take_note(story, line, rules)
        or _take_credits(story, line, rules)
        or _take_agencies(story, line)
        or (stamps and _take_stamps(story, line, rules))
    )


def _take_note(story: Story, line: str, rules: Rules) -> bool:
    if len(line) > _LONGEST_NOTE or not rules.note.match(line):
        return False
    if _stamps(line, rules):
        return False
    story.notes.append(line.strip("()[]* ") if line[0] in "([*" else line)
    story.fired += 1
    return True


def _take_stamps(story: Story, line: str, rules: Rules) -> bool:
    stamps = _stamps(line, rules)
    for kind, raw in stamps:
        story.fired += 1
        if kind == "updated":
            story.updated = story.updated or raw
        else:
            story.published = story.published or raw
    if stamps:
        return True
    if story.published is None and len(line) <= _LONGEST_STAMP and _is_bare_time(line, rules.language):
        story.published = line
        return True
    return False


def _stamps(line: str, rules: Rules) -> list[tuple[str, str]]:
    """The times of a line that holds nothing but labelled times; else nothing."""
    if len(line) > _LONGEST_STAMP:
        return []
    stamps = [(kind, raw.strip(_AROUND)) for kind, raw in _labelled(line, rules.stamp)]
    return stamps if stamps and all(is_time(raw, language=rules.language) for _, raw in stamps) else []


def _is_bare_time(line: str, language: str | None) -> bool:
    return line[0].isalnum() and not line.isdigit() and is_time(line, language=language)


def _take_byline(story: Story, line: str, rules: Rules) -> bool:
    """`Von A B und C D, dpa`: names of at least two words and nothing else."""
    found = rules.byline.match(line) if len(line) <= _LONGEST_BYLINE else None
    names = names_only(line[found.end() :], rules.language, words=2) if found else None
    if names is None or line.endswith((".", "!", "?", ":")):
        return False
    _add_names(story, story.authors, names)
    story.fired += 1
    return True


def _take_credits(story: Story, line: str, rules: Rules) -> bool:
    """`Reporting by A B in C; editing by D E.`: labels with names, and nothing else."""
    if len(line) > _LONGEST_CREDIT:
        return False
    parts = [(kind, names_only(text.strip(_AROUND), rules.language)) for kind, text in _labelled(line, rules.credit)]
    if not parts or not all(_is_credit(kind, names) for kind, names in parts):
        return False
    for kind, names in parts:
        _add_names(story, story.editors if kind == "editors" else story.authors, names or ())
        story.fired += 1
    return True


def _is_credit(kind: str, names: tuple[str, ...] | None) -> bool:
    if names is None:
        return False
    return kind != "agencies" or all(agencies_only(name) for name in names)


def _take_agencies(story: Story, line: str) -> bool:
    """A line that is a credit of agencies alone: `(dpa)`, `AFP/Reuters`."""
    named = agencies_only(line) if len(line) <= _LONGEST_BYLINE else ()
    story.agencies.extend(named)
    return bool(named)


def _take_agency_at_end(story: Story) -> None:
    found = _AGENCY_AT_END.search(story.paragraphs[-1][-60:]) if story.paragraphs else None
    named = agencies_only(found["credit"]) if found else ()
    if found and named:
        story.agencies.extend(named)
        last = story.paragraphs.pop()
        kept = last[: len(last) - (found.end() - found.start())].rstrip()
        story.paragraphs.extend([kept] if kept else [])


def _take_dateline(story: Story, language: str | None) -> None:
    """The dateline; its day says when the story was published where it has a year and nothing else says it."""
    if not story.paragraphs:
        return
    filed = read_dateline(story.paragraphs[0])
    if filed.text is not story.paragraphs[0]:
        story.paragraphs = [filed.text, *story.paragraphs[1:]]
    story.dateline = filed.dateline
    story.agencies.extend(filed.agencies)
    if filed.day and story.published is None and is_time(filed.day, language=language):
        story.published = filed.day


def _is_headline(line: str, after: list[str]) -> bool:
    """Short, without the end of a sentence, no dateline, and followed by text that is longer or a sentence."""
    if not after or len(line) > _LONGEST_HEADLINE or line.rstrip(_QUOTES).endswith(_SENTENCE_END):
        return False
    if not (line[0].isalnum() or line[0] in "\"'„“«‘¿¡") or line[0].islower():
        return False
    text = max(after[:4], key=len)
    return (len(text) > len(line) or text.rstrip(_QUOTES).endswith(_SENTENCE_END)) and read_dateline(line).text is line


def _labelled(line: str, labels: re.Pattern[str]) -> list[tuple[str, str]]:
    """Each label's kind with the text up to the next label; nothing where the line does not start with a label."""
    found = list(_at_borders(line, labels))
    if not found:
        return []
    ends = [match.start() for match in found[1:]] + [len(line)]
    return [
        ((match.lastgroup or "").partition("_")[0], line[match.end() : end])
        for match, end in zip(found, ends, strict=True)
    ]


def _at_borders(line: str, labels: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches at the start of the line, and after it those that a separator goes before."""
    first = labels.match(line)
    if first is None:
        return
    yield first
    for match in labels.finditer(line, first.end()):
        if _CREDIT_BORDER.search(line, first.end(), match.start()) or match.start() == first.end():
            yield match


def _add_names(story: Story, people: list[str], names: tuple[str, ...]) -> None:
    for name in names:
        known = agencies_only(name)
        if known:
            story.agencies.extend(known)
        else:
            people.append(name)
