"""Which host an address belongs to, as far as politeness goes."""

from yarl import URL


def host_of(url: str) -> str:
    """The host to be spared; of what is no address, none (the client says so)."""
    try:
        return URL(url).raw_host or ""
    except ValueError:
        return ""
