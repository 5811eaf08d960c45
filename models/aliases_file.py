"""What a user writes in `aliases.yaml`: under which one name somebody known by several is shown and counted."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from models.article import EntityKind
from models.base import Model


def _name(value: str) -> str:
    if not any(map(str.isalpha, value)):
        raise ValueError("is no name: it has no letters")
    return value


Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_name)]
"""A name as a text may have it."""


class Alias(Model):
    """One person, organization, place or other thing: `name` is shown, `also` are its other names in any language.

    Case, diacritics, hyphens and endings of cases need no entries of their own. `country` is ISO 3166-1 alpha-2.
    """

    name: Written = Field(description="The name that is shown, whatever the text calls it.")
    kind: EntityKind = Field(description="person, organization, place or misc.")
    also: tuple[Written, ...] = Field(default=(), description="Its other names, in any language.")
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = Field(
        default=None, description="The country that it belongs to, as ISO 3166-1 alpha-2."
    )


class AliasesFile(Model):
    """The whole file."""

    aliases: tuple[Alias, ...] = ()
