"""Reads the lists of synonyms in the directory `synonyms/` of a configuration."""

from pathlib import Path

from models.synonyms import SynonymRule, Synonyms
from pipelines.configuration.problems import Place, Problem, nearest
from pipelines.index.synonyms import MOST_RULES, merged_synonyms, read_rules, with_synonyms

SYNONYMS = "synonyms"


def load_synonyms(directory: Path) -> tuple[Synonyms | None, list[Problem]]:
    """Our synonyms with those of a directory, and what is wrong in its files; None where it has no files."""
    found: Synonyms = {}
    home = directory / SYNONYMS
    try:
        files = sorted(home.iterdir())
    except FileNotFoundError:
        return None, []
    except OSError as error:
        return None, [Problem(Place(str(home)), f"is no directory that can be read ({error.strerror})")]
    problems: list[Problem] = []
    for file in files:
        if file.suffix.lower() != ".txt" and file.stem not in with_synonyms():
            continue
        text, problem = _text(file)
        if problem:
            problems.append(Problem(Place(str(file)), problem))
            continue
        rules: list[SynonymRule] = []
        for line, rule, wrong in read_rules(text):
            if rule is None:
                problems.append(Problem(Place(str(file), line, 1), wrong))
            else:
                rules.append(rule)
        found[file.stem] = tuple(rules)
    merged = merged_synonyms(found)
    problems += [
        Problem(Place(str(directory / SYNONYMS / f"{code}.txt")), f"makes {len(rules):,} rules; {MOST_RULES:,} fit")
        for code, rules in merged.items()
        if code in found and len(rules) > MOST_RULES
    ]
    return (merged if found else None), problems


def _text(file: Path) -> tuple[str, str]:
    """What a file holds, or why it can't be taken."""
    if file.suffix != ".txt" or file.stem not in with_synonyms():
        near = nearest(file.stem, with_synonyms())
        hint = f"did you mean {near}.txt?" if near else f"known: {', '.join(with_synonyms())}"
        return "", f"is not named after a language with synonyms, and .txt; {hint}"
    if not file.is_file():
        return "", "is no file; put one in its place, or remove it"
    try:
        return file.read_text(encoding="utf-8-sig"), ""
    except UnicodeDecodeError as error:
        return "", f"is not UTF-8 at byte {error.start}; save it as UTF-8"
    except OSError as error:
        return "", f"can't be read ({error.strerror}); change its rights"
