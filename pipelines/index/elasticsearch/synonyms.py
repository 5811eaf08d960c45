"""The synonyms of each language, kept on the server: a set that is loaded again takes effect in the next search.

Sets are there since Elasticsearch 8.10. Older servers get the same rules as a setting of each index, where a change is
a difference that `migrate` brings up to date.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from models.errors import SetupError
from models.synonyms import Synonyms
from pipelines.index.elasticsearch.client import Connection
from pipelines.index.synonyms import MOST_RULES, packaged_synonyms

_FIRST_WITH_SETS = (8, 10)

Filter = dict[str, Any]


class SynonymSets:
    """The sets of one prefix: `news-de` and so on. Sets nobody named are left alone."""

    def __init__(self, connection: Connection, synonyms: Synonyms | None) -> None:
        self._connection = connection
        self._rules = packaged_synonyms() if synonyms is None else synonyms

    def filters(self, version: tuple[int, ...] | None) -> dict[str, Filter]:
        """For each language that has synonyms, the filter that a server of this version finds them with."""
        if version is not None and version < _FIRST_WITH_SETS:
            return {
                code: {"type": "synonym_graph", "synonyms": [rule.line for rule in rules], "lenient": True}
                for code, rules in self._rules.items()
            }
        return {
            code: {
                "type": "synonym_graph",
                "synonyms_set": self._name(code),
                "updateable": True,
                # A rule that means nothing in some analysis must not make an index unreadable.
                "lenient": True,
            }
            for code in self._rules
        }

    def create_missing(self, version: tuple[int, ...] | None) -> tuple[str, ...]:
        """Load what the server has no set for; an index can't be made before its set is there."""
        return self._load(code for code, held in self._held(version).items() if held is None)

    def load(self, version: tuple[int, ...] | None) -> tuple[str, ...]:
        """Load every set that differs, and say which; searches use it from then on."""
        return self._load(self._outdated(version))

    def differences(self, version: tuple[int, ...] | None) -> dict[str, str]:
        """For each language whose set differs from the files, how. Empty for a key that may not look."""
        try:
            return self._outdated(version)
        except SetupError as error:
            if isinstance(error.__cause__, ApiError) and error.__cause__.status_code == 403:
                return {}
            raise

    def _outdated(self, version: tuple[int, ...] | None) -> dict[str, str]:
        found = {}
        for code, lines in self._held(version).items():
            wanted = {rule.line for rule in self._rules[code]}
            if lines is None:
                found[code] = "its synonyms are absent, which newsbeam index setup loads"
            elif missing_or_more := wanted ^ lines:
                count = len(missing_or_more)
                lines_ = "line" if count == 1 else "lines"
                found[code] = f"its synonyms differ in {count} {lines_}, which newsbeam index setup loads"
        return found

    def _held(self, version: tuple[int, ...] | None) -> Mapping[str, set[str] | None]:
        """The rules on the server by language; None where there is no set."""
        if version is not None and version < _FIRST_WITH_SETS:
            return {}

        def ask(client: Elasticsearch, code: str) -> set[str] | None:
            try:
                found = client.synonyms.get_synonym(id=self._name(code), size=MOST_RULES)
            except NotFoundError:
                return None
            return {rule["synonyms"] for rule in found["synonyms_set"]}

        return {code: self._connection.patiently(lambda client, code=code: ask(client, code)) for code in self._rules}  # type: ignore[misc]

    def _load(self, codes: Iterable[str]) -> tuple[str, ...]:
        loaded = []
        for code in codes:
            rules = [{"synonyms": rule.line} for rule in self._rules[code]]
            self._connection.patiently(
                lambda client, code=code, rules=rules: client.synonyms.put_synonym(  # type: ignore[misc]
                    id=self._name(code), synonyms_set=rules
                )
            )
            loaded.append(f"{len(rules)} synonyms of {self._name(code)}")
        return tuple(loaded)

    def _name(self, code: str) -> str:
        return f"{self._connection.address.prefix}-{code}"
