"""How articles travel: one folder or file per stage, in the order of the data."""

from importlib.metadata import version

NEWSBEAM_VERSION = version("newsbeam")
