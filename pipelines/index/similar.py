"""Which words tell what an article is about: those that articles like it share."""

from collections.abc import Mapping
from math import ceil, log

from models.errors import SetupError

_TERMS, _SHARE = 25, 0.2
"""So many of its most telling terms are looked for, of which this share must be there."""

_COMMONPLACE = 0.25
"""A term in more than this share of the articles tells nothing."""

_SHORTEST = 3
"""Letters; shorter ones are of many languages, and tell nothing in any."""


def telling_terms(counts: Mapping[str, int], held: Mapping[str, int], articles: int) -> list[str]:
    """The terms that are frequent in one article and rare elsewhere, the most telling first.

    `counts` says how often a term stands in the article, `held` in how many of so many articles. A term that nobody
    else has finds nobody.
    """
    weights = {
        term: (1 + log(count)) * log(1 + articles / held[term])
        for term, count in counts.items()
        if 2 <= held.get(term, 0) <= max(2, _COMMONPLACE * articles) and not (term.isascii() and len(term) < _SHORTEST)
    }
    return sorted(weights, key=lambda term: (-weights[term], term))[:_TERMS]


def terms_needed(terms: list[str]) -> int:
    """How many of these must be there."""
    return ceil(_SHARE * len(terms))


def unknown_article(article_id: str) -> SetupError:
    """What is said to an id that the index does not hold."""
    return SetupError(
        f"There is no article {article_id[:64]!r} in the index; newsbeam search --json shows the id of each."
    )
