"""Wildcards as regular expressions: for tantivy, which looks through its terms, and for Python, which marks matches."""

import re
from collections.abc import Iterator

_META = frozenset(r"\.+*?()|[]{}^$")


def tantivy_pattern(wildcard: str) -> str:
    """The regular expression, as tantivy reads it, of a whole term that fits."""
    any_sign = "(.|\n)"
    return "".join(
        {"*": f"{any_sign}*", "?": any_sign}[sign] if wild else f"\\{sign}" if sign in _META else sign
        for sign, wild in _signs(wildcard)
    )


def python_pattern(wildcard: str) -> re.Pattern[str]:
    """The same for Python; each run between two stars is taken where it first fits, so that no word takes long."""
    runs = [""]
    for sign, wild in _signs(wildcard):
        if wild and sign == "*":
            runs.append("")
        else:
            runs[-1] += "." if wild else re.escape(sign)
    if len(runs) == 1:
        return re.compile(runs[0], re.DOTALL)
    first, *middle, last = runs
    return re.compile(first + "".join(f"(?>.*?{run})" for run in middle) + ".*" + last, re.DOTALL)


def _signs(wildcard: str) -> Iterator[tuple[str, bool]]:
    """Each character with whether it is a wildcard."""
    signs = iter(wildcard)
    for sign in signs:
        if sign == "\\":
            yield next(signs, "\\"), False
        else:
            yield sign, sign in "*?"
