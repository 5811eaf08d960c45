"""Reads the lists of synonyms in the directory `synonyms/` of a configuration."""

from pathlib import Path

from models.synonyms import SynonymRule, Synonyms
from pipelines.configuration.problems import Place, Problem, nearest
from pipelines.index.synonyms import MOST_RULES, merged_synonyms, read_rules, with_synonyms

SYNONYMS = "synonyms"


def load_synonyms(directory: Path) -> tuple[Synonyms | None, list[Problem]]:
    """Our synonyms with those of a directory, and what is wrong in its files; None where it has no files."""
    found: Synonyms = {}
    problems: list[Problem] = []
    for file in sorted((directory / SYNONYMS).glob("*.txt")):
        if file.stem not in with_synonyms():
            near = nearest(file.stem, with_synonyms())
            hint = f"did you mean {near}.txt?" if near else f"known: {', '.join(with_synonyms())}"
            problems.append(Problem(Place(str(file)), f"is named after no language with synonyms; {hint}"))
            continue
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(Problem(Place(str(file)), f"is not UTF-8 at byte {error.start}; save it as UTF-8"))
            continue
        except OSError as error:
            problems.append(Problem(Place(str(file)), f"can't be read ({error.strerror}); change its rights"))
            continue
        rules: list[SynonymRule] = []
        for line, rule, problem in read_rules(text):
            if rule is None:
                problems.append(Problem(Place(str(file), line, 1), problem))
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
