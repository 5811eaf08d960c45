"""What `newsbeam tag` finds in a text and what `newsbeam evaluate` measures; both are the API of their `--json`."""

from pydantic import computed_field

from models.article import Entity, Location, Quote
from models.base import Model


class TaggedText(Model):
    """What a text says; offsets count its code points. `model` is what found it, as in an article's `pipeline`."""

    language: str
    model: str
    entities: tuple[Entity, ...] = ()
    countries: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Score(Model):
    """Names that were right (the same words, the same kind), found and given; measures in percent."""

    right: int
    found: int
    given: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float:
        """How much of what was found is right."""
        return round(100 * self.right / max(self.found, 1), 2)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float:
        """How much of what was given has been found."""
        return round(100 * self.right / max(self.given, 1), 2)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return round(200 * self.right / max(self.found + self.given, 1), 2)


class Evaluation(Model):
    """An extractor measured on annotated text: by kind, and over all these kinds together (`micro`).

    `ignored` counts the annotated names of other kinds; `seconds` is the tagging alone, once the model is loaded.
    """

    language: str
    model: str
    sentences: int
    tokens: int
    seconds: float
    tokens_per_second: float
    kinds: dict[str, Score]
    micro: Score
    ignored: dict[str, int]
