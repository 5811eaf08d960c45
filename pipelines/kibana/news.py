"""The news dashboard: what is written about whom and where, and the newest articles themselves."""

from pipelines.kibana.data_views import ARTICLES, QUOTES
from pipelines.kibana.panels import Control, Dashboard, Panel, Place, Search
from pipelines.kibana.shapes import bars, by, count, over_time, ring, stacked_bars, table
from pipelines.kibana.world import bubbles


def news(articles: str) -> Dashboard:
    """The dashboard over this index of articles."""
    return Dashboard(
        name="news",
        title="News",
        about="Articles over time, the people, organizations, countries and places in them, and the newest ones.",
        days=7,
        controlled=ARTICLES,
        controls=(
            Control("source_name", "Source"),
            Control("language", "Language"),
            Control("people", "Person"),
            Control("organizations", "Organization"),
            Control("countries", "Country"),
            Control("places", "Place"),
            Control("speakers", "Speaker"),
        ),
        panels=(
            Panel(
                "articles-over-time",
                "Articles over time, by source",
                ARTICLES,
                stacked_bars(
                    over_time("timestamp", "Time"),
                    by("source_name", "Source", top=12, others="other sources"),
                    count(),
                ),
                Place(0, 0, 34, 12),
            ),
            Panel(
                "languages",
                "Languages",
                ARTICLES,
                ring(by("language", "Language", top=12, others="other languages"), count()),
                Place(34, 0, 14, 12),
            ),
            Panel(
                "people",
                "People",
                ARTICLES,
                table([by("people", "Person", top=50, missing="no person named")], count()),
                Place(0, 12, 12, 17),
            ),
            Panel(
                "organizations",
                "Organizations",
                ARTICLES,
                table([by("organizations", "Organization", top=50, missing="no organization named")], count()),
                Place(12, 12, 12, 17),
            ),
            Panel(
                "speakers",
                "Speakers",
                ARTICLES,
                table([by("speakers", "Speaker", top=50, missing="nobody quoted")], count()),
                Place(24, 12, 12, 17),
            ),
            Panel(
                "countries",
                "Countries",
                ARTICLES,
                bars(by("countries", "Country", top=15, missing="no country named"), count()),
                Place(36, 12, 12, 17),
            ),
            Panel("places", "Places", ARTICLES, bubbles(articles, "timestamp", "locations"), Place(0, 29, 34, 19)),
            Panel(
                "sources",
                "Sources",
                ARTICLES,
                table([by("source_name", "Source", top=100)], count()),
                Place(34, 29, 14, 19),
            ),
        ),
        searches=(
            Search(
                name="news-desk",
                title="News desk",
                about="The newest articles. A search looks into their texts too; open a row to read the whole one.",
                view=ARTICLES,
                columns=("source_name", "title", "people", "countries"),
                sort=(("timestamp", "desc"),),
                place=Place(0, 48, 48, 26),
            ),
            Search(
                name="quote-desk",
                title="Who said what",
                about="Quotes with their speakers, the newest first.",
                view=QUOTES,
                columns=("speaker", "text", "title", "source_name"),
                sort=(("timestamp", "desc"),),
            ),
        ),
    )
