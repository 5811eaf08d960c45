"""The forms that names of countries and peoples take in a sentence, by light rules per language."""

from collections.abc import Iterator

_GERMAN_ADJECTIVE = ("", "e", "en", "er", "es", "em")
_RUSSIAN_ADJECTIVE = ("ий", "ая", "ое", "ие", "ого", "ой", "ую", "их", "ому", "им", "ими", "ом")
_UKRAINIAN_ADJECTIVE = ("ий", "а", "е", "і", "ого", "ої", "у", "их", "ому", "им", "ими", "ій", "ою")

_DECLENSIONS = {
    "ru": {
        "ия": ("ии", "ию", "ией"),
        "ая": ("ой", "ую"),
        "а": ("ы", "и", "е", "у", "ой"),
        "я": ("и", "е", "ю", "ей"),
        "й": ("я", "ю", "ем", "е"),
        "ь": ("я", "и", "ю", "ем", "е"),
        "": ("а", "у", "ом", "е"),
    },
    "uk": {
        "ія": ("ії", "ію", "ією"),
        "а": ("и", "і", "у", "ою"),
        "я": ("і", "ю", "ею"),
        "й": ("ю", "єм", "ї"),
        "ь": ("і", "ю", "ем"),
        "": ("у", "ом", "і", "ові"),
    },
}
_FIXED_ENDINGS = ("о", "и", "у", "ы", "і", "э", "е")


def people(language: str, word: str) -> set[str]:
    """Every form of an adjective or the name of a people, given in its base form."""
    forms = _PEOPLE.get(language, _as_it_is)
    found = set(forms(word))
    return found if language == "en" else found | {form[0].upper() + form[1:] for form in found}


def names(language: str, name: str) -> set[str]:
    """A country's name in the cases that its language has for it, as far as they show in the ending."""
    if language == "de":
        return {name} if name.endswith(("s", "x", "z", "ß")) else {name, f"{name}s"}
    if language in _DECLENSIONS and not name.isupper():
        return {name, *_declined(language, name)}
    return {name}


def _declined(language: str, name: str) -> Iterator[str]:
    words = name.split(" ")
    if len(words) > 2 or name.endswith(_FIXED_ENDINGS):
        return
    for ending, others in _DECLENSIONS[language].items():
        if words[-1].endswith(ending):
            stem = words[-1].removesuffix(ending)
            head = _declined_head(words[0], others) if len(words) == 2 else ("",) * len(others)
            for before, other in zip(head, others, strict=True):
                yield f"{before} {stem}{other}".lstrip()
            return


def _declined_head(adjective: str, others: tuple[str, ...]) -> tuple[str, ...]:
    stem = adjective.removesuffix("ая")
    if stem == adjective:
        return (adjective,) * len(others)
    return tuple(f"{stem}ую" if other in ("у", "ю", "ую", "ию") else f"{stem}ой" for other in others)


def _german(word: str) -> Iterator[str]:
    if word.endswith("sch"):
        yield from (word + ending for ending in _GERMAN_ADJECTIVE)
        return
    yield word
    stem = word.removesuffix("e")
    yield f"{stem}in"
    yield f"{stem}innen"
    if word == "Franzose":
        yield from ("Französin", "Französinnen")
    if word.endswith("e"):
        yield f"{word}n"
    elif word.endswith("er"):
        yield f"{word}n"
        yield f"{word}s"
    else:
        yield from (f"{word}s", f"{word}n", f"{word}en")


def _english(word: str) -> Iterator[str]:
    yield word
    if not word.endswith(("s", "sh", "ch", "se", "men")):
        yield f"{word}s"


def _french(word: str) -> Iterator[str]:
    yield word
    if not word.endswith(("s", "x")):
        yield f"{word}s"
    if word.endswith("e"):
        return
    feminine = f"{word}ne" if word.endswith(("ien", "éen")) else f"{word}e"
    yield feminine
    yield f"{feminine}s"


def _spanish(word: str) -> Iterator[str]:
    yield word
    plain = word[:-2] + word[-2:].translate(str.maketrans("áéíóú", "aeiou"))
    if word.endswith("o"):
        yield from (f"{word[:-1]}a", f"{word}s", f"{word[:-1]}as")
    elif word.endswith(("és", "án", "ín", "ón")):
        yield from (f"{plain}a", f"{plain}es", f"{plain}as")
    elif word.endswith("í"):
        yield from (f"{word}es", f"{word}s")
    else:
        yield f"{word}s" if word[-1] in "aeiou" else f"{word}es"


def _russian(word: str) -> Iterator[str]:
    yield from (word + ending for ending in _RUSSIAN_ADJECTIVE)


def _ukrainian(word: str) -> Iterator[str]:
    yield from (word + ending for ending in _UKRAINIAN_ADJECTIVE)


def _as_it_is(word: str) -> Iterator[str]:
    yield word


_PEOPLE = {
    "de": _german,
    "en": _english,
    "fr": _french,
    "es": _spanish,
    "ru": _russian,
    "uk": _ukrainian,
}
