"""The error tree: what bad input, a bad set-up and an absent neighbour raise. Anything else is a bug."""

from errno import EDQUOT, ENOSPC

DISK_FULL = frozenset({ENOSPC, EDQUOT})
"""What an OSError says of a disk, or of one's share of it, that has no room left; trying later may help."""


class NewsbeamError(Exception):
    """The root of everything that Newsbeam raises on purpose."""


class RecordError(NewsbeamError):
    """One record can't go on. It becomes a dead letter; its neighbours are not concerned.

    The message is one sentence for a person, with the place and, where there is one, the cure.
    """

    stage = "unknown"
    transient = False


class FetchError(RecordError):
    """The bytes could not be had. `transient` says whether the next poll may do better."""

    stage = "fetch"

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient

    def __reduce__(self) -> tuple[object, ...]:
        return (_fetch_error, (str(self), self.transient))


def _fetch_error(message: str, transient: bool) -> FetchError:
    return FetchError(message, transient=transient)


class ParseError(RecordError):
    """The bytes are not what they claim to be, or nothing that Newsbeam reads."""

    stage = "parse"


class NormalizeError(RecordError):
    """An entry has nothing that an article can be made of."""

    stage = "normalize"


class EnrichError(RecordError):
    """An extractor refused a text."""

    stage = "enrich"


class IndexRejected(RecordError):
    """The index refused one document for good."""

    stage = "index"


class SetupError(NewsbeamError):
    """Wrong usage, configuration or credentials: exit 2, nothing was fetched, retrying will not help."""


class TryLater(NewsbeamError):
    """Something outside is away (Elasticsearch, the disk, the lock): exit 75, nothing is lost."""
