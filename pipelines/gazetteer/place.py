"""A country, region or city, and how strong its claim to a name is."""

from typing import Literal, NamedTuple

OWN_NAME = 20
"""How much more a city is meant by its own name than by one of its others."""


class Place(NamedTuple):
    """A country, region or city under the one name it has in every language's articles.

    `region` is a US state's code, `id` a GeoNames id; only cities have a position and a population.
    `fame` is in how many ways its name is written in GeoNames; with the population it tells which of several is meant.
    """

    kind: Literal["country", "region", "city"]
    name: str
    country: str | None
    region: str = ""
    id: int | None = None
    lat: float = 0.0
    lon: float = 0.0
    population: int = 0
    fame: int = 0

    def claim(self, name: str) -> int:
        """How strong this city's claim to a name is: population times the square of fame, more for its own name.

        `Newcastle upon Tyne` has `Newcastle` as its own too.
        """
        return self.population * self.fame**2 * (OWN_NAME if f"{self.name} ".startswith(f"{name} ") else 1)
