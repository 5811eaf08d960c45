"""A small invented press in nine languages, for tests that ask questions of an index."""

from datetime import UTC, datetime

from articles import make_article

from models.article import Article, Dateline, Quote

_ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "de-kursk",
        "de",
        "2025-04-28T07:00:00",
        "funk",
        "Soldaten in Kursk",
        "Ein Sprecher nannte den Einsatz eine heilige Mission. Die Soldaten bleiben.",
    ),
    (
        "de-soldat",
        "de",
        "2025-04-27T09:30:00",
        "funk",
        "Ein Soldat kehrt heim",
        "Nach zwei Jahren kam der Soldat aus Kursk zurück in sein Dorf.",
    ),
    (
        "de-wahl",
        "de",
        "2025-04-01T00:00:00",
        "blatt",
        "Die Wahl ist entschieden",
        "Die Regierung verliert die Mehrheit im Parlament.",
    ),
    (
        "de-regierungen",
        "de",
        "2025-04-01T23:59:59",
        "blatt",
        "Zwei Regierungen einigen sich",
        "Der Vertrag zwischen beiden Regierungen gilt ab Mai. Eine Mission ist es nicht, heilig auch nicht.",
    ),
    (
        "de-hafen",
        "de",
        "2025-03-31T23:59:59",
        "blatt",
        "Der Hafen wird ausgebaut",
        "Drei neue Becken entstehen bis zum Herbst.",
    ),
    ("de-putin", "de", "2025-04-02T00:00:00", "funk", "Putin empfängt Gäste", "Im Kreml wurde lange gesprochen."),
    ("de-putztag", "de", "2025-02-10T08:00:00", "blatt", "Putztag im Rathaus", "Alle Zimmer wurden gereinigt."),
    (
        "en-soldiers",
        "en",
        "2025-04-28T06:00:00",
        "wire",
        "Soldiers arrive in Kursk",
        "The soldiers were sent by Pyongyang. Officials called it a sacred mission.",
    ),
    (
        "en-soldier",
        "en",
        "2025-04-26T12:00:00",
        "wire",
        "A soldier tells his story",
        "He came home from the front after two years.",
    ),
    (
        "en-market",
        "en",
        "2025-04-15T14:00:00",
        "wire",
        "Markets rally as rates hold",
        "Shares rose after the central bank kept rates unchanged. The market closed higher.",
    ),
    (
        "en-harbour",
        "en",
        "2025-04-10T10:00:00",
        "wire",
        "Harbour expansion approved",
        "Three new docks will open in autumn.",
    ),
    (
        "en-putin",
        "en",
        "2025-04-30T18:00:00",
        "wire",
        "Putin receives guests",
        "Talks in the Kremlin lasted for hours.",
    ),
    ("en-covid", "en", "2024-11-03T05:00:00", "wire", "COVID-19 figures fall", "Hospitals report fewer patients."),
    ("en-empty", "en", "2023-01-01T00:00:00", "wire", "Notice", "This page is intentionally short."),
    (
        "fr-soldats",
        "fr",
        "2025-04-28T08:00:00",
        "agence",
        "Des soldats envoyés au front",
        "Les soldats sont arrivés dans la région de Koursk.",
    ),
    (
        "fr-marche",
        "fr",
        "2025-04-12T08:00:00",
        "agence",
        "Le marché du samedi",
        "Les marchés restent ouverts malgré la pluie.",
    ),
    (
        "fr-port",
        "fr",
        "2025-01-20T08:00:00",
        "agence",
        "Le port de pêche rouvre",
        "Les bateaux repartent demain matin.",
    ),
    (
        "es-soldado",
        "es",
        "2025-04-27T08:00:00",
        "agencia",
        "Un soldado vuelve a casa",
        "Los soldados del norte regresan tras dos meses.",
    ),
    (
        "es-mercado",
        "es",
        "2025-04-18T08:00:00",
        "agencia",
        "El mercado abre de nuevo",
        "Los mercados del centro venden fruta otra vez.",
    ),
    (
        "ru-soldat",
        "ru",
        "2025-04-28T05:00:00",
        "lenta",
        "Солдаты прибыли в Курск",
        "Об этом сообщил представитель штаба.",
    ),
    ("ru-rynok", "ru", "2025-03-03T05:00:00", "lenta", "Рынок вырос", "Акции подорожали на два процента."),
    ("zh-beida", "zh", "2025-04-20T02:00:00", "xinwen", "北京大学举行讲座", "许多学生参加了这次活动。"),
    ("zh-shanghai", "zh", "2025-04-21T02:00:00", "xinwen", "上海港扩建", "新码头将于秋季开放。"),
    ("ja-tokyo", "ja", "2025-04-22T02:00:00", "shimbun", "東京で会議が開かれた", "各国の代表が参加した。"),
    ("ja-kyoto", "ja", "2025-04-23T02:00:00", "shimbun", "京都の桜が満開", "多くの観光客が訪れた。"),
    ("ko-seoul", "ko", "2025-04-24T02:00:00", "sinmun", "서울에서 회의가 열렸다", "여러 나라의 대표가 참석했다."),
    ("pl-rynek", "pl", "2025-04-05T10:00:00", "kurier", "Rynek w centrum miasta", "Targ otwarto ponownie w sobotę."),
    ("pl-kursk", "pl", "2025-04-28T09:00:00", "kurier", "Kursk pod ostrzałem", "Mieszkańcy opuszczają miasto."),
    ("de-ch-bern", "de-CH", "2025-04-25T10:00:00", "funk", "Bern baut um", "Der Bahnhof wird grösser."),
    ("en-mission", "en", "2025-04-29T10:00:00", "wire", "Mission to the moon", "The probe lands on Tuesday."),
)

_PEOPLE: dict[str, tuple[str, ...]] = {
    "de-kursk": ("Kim Jong Un", "Wladimir Putin"),
    "de-putin": ("Wladimir Putin",),
    "en-soldiers": ("Kim Jong Un",),
    "en-putin": ("Vladimir Putin",),
    "ru-soldat": ("Vladimir Putin",),
}
_ORGANIZATIONS: dict[str, tuple[str, ...]] = {
    "de-kursk": ("Koreanische Volksarmee",),
    "en-market": ("Central Bank of Sylvania",),
}
_PLACES: dict[str, tuple[str, ...]] = {"de-kursk": ("Kursk",), "pl-kursk": ("Kursk",), "en-harbour": ("New Harwich",)}
_QUOTES: dict[str, tuple[Quote, ...]] = {
    "de-kursk": (
        Quote(text="Es ist eine heilige Mission der Soldaten.", offset=0, speaker="Kim Jong Un"),
        Quote(text="Wir danken den Helden.", offset=0, speaker="Wladimir Putin"),
    ),
    "de-putin": (Quote(text="Die Helden bleiben", offset=0, speaker="Wladimir Putin"),),
    "en-soldiers": (Quote(text="A sacred mission", offset=0),),
    "zh-beida": (Quote(text="学生很高兴", offset=0, speaker="王伟"),),
}
_COUNTRIES: dict[str, tuple[str, ...]] = {
    "de-kursk": ("KP", "RU"),
    "de-putin": ("RU",),
    "en-soldiers": ("KP", "RU"),
    "en-putin": ("RU",),
    "fr-soldats": ("RU",),
    "zh-beida": ("CN",),
    "zh-shanghai": ("CN",),
    "ja-tokyo": ("JP",),
}
_TAGS: dict[str, tuple[str, ...]] = {
    "en-market": ("Economy", "Stock Exchange"),
    "es-mercado": ("economy",),
    "de-wahl": ("Politik",),
}


def press() -> dict[str, Article]:
    """Every article by its name."""
    return {row[0]: _article(*row) for row in _ROWS}


def _article(name: str, language: str, published: str, source: str, title: str, body: str) -> Article:
    return make_article(
        name,
        language=language,
        published_at=datetime.fromisoformat(published).replace(tzinfo=UTC),
        source_id=source,
        source_name=source.title(),
        title=title,
        body=body,
        summary="Kurz gesagt: ein Becken mehr." if name == "de-hafen" else None,
        people=_PEOPLE.get(name, ()),
        organizations=_ORGANIZATIONS.get(name, ()),
        places=_PLACES.get(name, ()),
        quotes=_QUOTES.get(name, ()),
        speakers=tuple(dict.fromkeys(quote.speaker for quote in _QUOTES.get(name, ()) if quote.speaker)),
        countries=_COUNTRIES.get(name, ()),
        tags=_TAGS.get(name, ()),
        dateline=Dateline(place="Taipei", country="TW") if name == "de-kursk" else None,
    )
