"""Words that are looked for together, as the files in `synonyms/` list them."""

from models.base import Model

Terms = tuple[str, ...]


class SynonymRule(Model):
    """One line. Whoever looks for one of `terms` finds `found` instead, which is the same terms without an arrow."""

    terms: Terms
    found: Terms

    @property
    def line(self) -> str:
        """The rule as it is written, and as Elasticsearch reads it."""
        left = ", ".join(self.terms)
        return left if self.found == self.terms else f"{left} => {', '.join(self.found)}"


Synonyms = dict[str, tuple[SynonymRule, ...]]
"""The rules of each language that has any."""
