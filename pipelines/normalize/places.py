"""Which country a place of a dateline lies in: names of countries from the CLDR, of cities from GeoNames."""

from functools import cache, lru_cache

from pipelines.gazetteer import Place, cities, territories
from pipelines.languages import languages

_SMALL = "de del la le les los las el al sur am an der den im in upon of und do da di ob bei"
SMALL_WORDS = frozenset(_SMALL.split())
"""Words that stay small inside a place's name."""

_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|District of Columbia|Florida|Georgia|"
    "Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|"
    "Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|"
    "North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|"
    "Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
# As the AP Stylebook shortens them.
_SHORT_STATES = (
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


@lru_cache(maxsize=4096)
def country_of_city(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of the city that is meant by a name, as datelines write it: in capitals or not."""
    strongest: Place | None = None
    for way in cities().folded.get(name.casefold(), ()):
        place = (cities().get(way) or ())[0]
        if strongest is None or place.claim(way) > strongest.claim(way):
            strongest = place
    return strongest and strongest.country


@cache
def _countries() -> dict[str, str]:
    names = {state.casefold(): "US" for state in (*_STATES.split("|"), *_SHORT_STATES.split())}
    for code in languages():
        names.update({name.casefold(): iso for iso, name in territories(code).items()})
    return names | {name: iso for iso, also in _ALSO.items() for name in also}
