"""Opens the index and the state that live together, by what the settings name."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from models.settings import Settings
from pipelines.index.base import SearchIndex
from pipelines.state.base import StateStore


def open_store(settings: Settings) -> tuple[SearchIndex, StateStore]:
    """An address is Elasticsearch with the index prefix as its path; anything else is a directory.

    Nothing is created before `setup`. The caller closes both.
    """
    if "://" in settings.index or settings.elasticsearch.cloud_id:
        from pipelines.index.elasticsearch import ElasticsearchIndex
        from pipelines.state.elasticsearch import ElasticsearchState

        return (
            ElasticsearchIndex(settings.index, settings.elasticsearch, settings.synonyms),
            ElasticsearchState(settings.index, settings.elasticsearch),
        )
    from pipelines.index.embedded import EmbeddedIndex
    from pipelines.state.sqlite import SqliteState

    directory = Path(settings.index)
    return EmbeddedIndex(directory, settings.synonyms), SqliteState(directory)


@contextmanager
def opened_store(settings: Settings) -> Iterator[tuple[SearchIndex, StateStore]]:
    """The same for a while: both are closed at its end."""
    articles, state = open_store(settings)
    with closing(state), closing(articles):
        yield articles, state
