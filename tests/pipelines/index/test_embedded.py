"""What the index on disk promises beyond the contract: the disk, other processes, and sudden death."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from articles import article_id, make_article, make_draft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import SetupError, TryLater
from models.outcome import OutcomeKind
from models.search import SearchRequest
from pipelines.index.embedded import EmbeddedIndex
from pipelines.languages import languages

ROOT = Path(__file__).parents[3]

WRITER = """
import sys
from pathlib import Path
from articles import make_draft
from pipelines.index.embedded import EmbeddedIndex
directory, name, batches, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
index = EmbeddedIndex(directory)
for batch in range(batches):
    languages = ("de", "en", "fr")
    index.write([make_draft(f"{name}-{batch}-{n}", language=languages[n % 3], body="x " * 300) for n in range(size)])
    print(batch, flush=True)
"""


def _writer(directory: Path, name: str, batches: int, size: int) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    arguments = [sys.executable, "-c", WRITER, str(directory), name, str(batches), str(size)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    made = EmbeddedIndex(tmp_path / "index")
    made.setup()
    return made


def test_nothing_is_made_before_setup(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index")
    assert index.status().missing
    with pytest.raises(SetupError, match="index setup"):
        index.search(SearchRequest())
    with pytest.raises(SetupError, match="index setup"):
        index.write([make_draft()])
    assert list(tmp_path.iterdir()) == []
    assert index.setup().created
    assert index.search(SearchRequest()).total == 0


def test_writers_in_several_processes_take_turns_and_readers_see_them(index: EmbeddedIndex, tmp_path: Path) -> None:
    writers = [_writer(tmp_path / "index", name, 5, 20) for name in ("a", "b")]
    for writer in writers:
        _, error = writer.communicate(timeout=120)
        assert writer.returncode == 0, error
    index.refresh()
    assert index.search(SearchRequest()).total == 2 * 5 * 20


def test_what_a_killed_writer_committed_is_there_and_the_next_one_goes_on(index: EmbeddedIndex, tmp_path: Path) -> None:
    for attempt in range(4):
        writer = _writer(tmp_path / "index", f"k{attempt}", 1000, 30)
        assert writer.stdout is not None
        for _ in range(2):
            writer.stdout.readline()
        time.sleep(0.013 * attempt)
        writer.send_signal(signal.SIGKILL)
        rest = writer.communicate()[0]
        index.refresh()
        done = 2 + len(rest.splitlines())
        ids = [article_id(f"k{attempt}-{batch}-{n}") for batch in range(done) for n in range(30)]
        assert set(index.known(ids)) == set(ids)
    assert [verdict.kind for verdict in index.write([make_draft("after")])] == [OutcomeKind.NEW]
    status = index.status()
    assert status.twins == ()
    exported = [article.id for article in index.export(SearchRequest())]
    assert len(exported) == len(set(exported)) == index.search(SearchRequest()).total


def test_a_repeated_batch_after_a_kill_doubles_nothing(index: EmbeddedIndex, tmp_path: Path) -> None:
    writer = _writer(tmp_path / "index", "r", 3, 30)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    again = _writer(tmp_path / "index", "r", 3, 30)
    again.communicate(timeout=120)
    index.refresh()
    assert index.search(SearchRequest()).total == 90


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=4), max_size=4))
def test_verdicts_follow_the_versions(
    batches: list[list[tuple[str, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = EmbeddedIndex(tmp_path_factory.mktemp("versions"))
    index.setup()
    held: dict[str, int] = {}
    for batch in batches:
        expected = []
        for name, version in batch:
            before = held.get(name)
            if before is None:
                expected.append(OutcomeKind.NEW)
            else:
                expected.append(OutcomeKind.UPDATED if version >= before else OutcomeKind.STALE)
            held[name] = max(version, before or 0)
        drafts = [make_draft(name, version=version) for name, version in batch]
        assert [verdict.kind for verdict in index.write(drafts)] == expected
    index.refresh()
    found = {known.id: known.version for known in index.known([article_id(name) for name in "ab"]).values()}
    assert found == {article_id(name): version for name, version in held.items()}
    assert sum(each.articles for each in index.status().indices) == len(held)


def test_an_index_of_another_schema_says_so_and_is_migrated(index: EmbeddedIndex, tmp_path: Path) -> None:
    index.write([make_draft(f"a{n}", language="de", title=f"Soldaten {n}") for n in range(5)])
    marker = tmp_path / "index" / "articles" / "de" / "schema.json"
    schema = json.loads(marker.read_text())
    schema["version"] = 0
    del schema["fields"]["tags"]
    marker.write_text(json.dumps(schema))
    other = EmbeddedIndex(tmp_path / "index")
    differences = other.setup().differences
    assert any("tags" in each for each in differences)
    assert any("version" in each for each in differences)
    for ask in (lambda: other.search(SearchRequest()), lambda: other.write([make_draft("new", language="de")])):
        with pytest.raises(SetupError, match="index migrate"):
            ask()
    assert len(other.migrate()) == 1
    assert other.migrate() == ()
    assert other.setup().differences == ()
    assert other.search(SearchRequest(query="soldat")).total == 5
    assert [verdict.kind for verdict in other.write([make_draft("a1", language="de")])] == [OutcomeKind.UPDATED]


@pytest.mark.parametrize("left", ["old only", "old and new index", "half-made"])
def test_a_migration_that_was_killed_loses_nothing(index: EmbeddedIndex, tmp_path: Path, left: str) -> None:
    index.write([make_draft("a", language="de")])
    index.close()
    home = tmp_path / "index" / "articles" / "de"
    if left == "old only":
        home.rename(home.with_name("de.old"))
    elif left == "old and new index":
        shutil.copytree(home, home.with_name("de.old"))
    else:
        home.with_name("de.new").mkdir()
    index.setup()
    assert index.get(article_id("a")) is not None
    assert {path.name for path in home.parent.iterdir()} == {"de", "write.lock"}


def test_twins_are_shown_and_exported_once(index: EmbeddedIndex, tmp_path: Path) -> None:
    index.write([make_draft("a", language="de", version=1), make_draft("b", language="de")])
    home = tmp_path / "index" / "articles"
    home.joinpath("de").rename(home / "aside")
    other = EmbeddedIndex(tmp_path / "index")
    other.write([make_draft("a", language="en", version=2)])
    home.joinpath("aside").rename(home / "de")
    index = EmbeddedIndex(tmp_path / "index")
    assert index.status().twins == (article_id("a"),)
    assert [(article.id, article.version) for article in index.export(SearchRequest())] == sorted(
        [(article_id("a"), 2), (article_id("b"), make_article("b").version)]
    )


def test_an_export_holds_ids_that_begin_alike_in_order(index: EmbeddedIndex) -> None:
    drafts = [make_draft(id=f"{'0' * 16}{n:016x}", language=("de", "en")[n % 2]) for n in range(2300)]
    index.write(drafts)
    index.refresh()
    assert [article.id for article in index.export(SearchRequest())] == sorted(draft.article.id for draft in drafts)


def test_a_damaged_index_is_said_with_the_cure(index: EmbeddedIndex, tmp_path: Path) -> None:
    index.write([make_draft("a", language="de")])
    for file in (tmp_path / "index" / "articles" / "de").glob("*.term"):
        file.unlink()
    with pytest.raises(SetupError, match="damaged"):
        EmbeddedIndex(tmp_path / "index").search(SearchRequest())


def test_a_file_in_the_place_of_the_directory_is_a_setup_error(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("not a directory")
    with pytest.raises(SetupError, match="index"):
        EmbeddedIndex(tmp_path / "index").setup()


def test_a_directory_that_cannot_be_written_is_a_setup_error(tmp_path: Path) -> None:
    home = tmp_path / "index"
    EmbeddedIndex(home).setup()
    (home / "articles" / "write.lock").unlink(missing_ok=True)
    home.joinpath("articles").chmod(0o555)
    try:
        with _Nobody(tmp_path), pytest.raises(SetupError, match="can't be used"):
            EmbeddedIndex(home).write([make_draft()])
    finally:
        home.joinpath("articles").chmod(0o755)


class _Nobody:
    """Root may write everywhere, so a test that runs as root is somebody else for a moment."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> None:
        if os.geteuid() == 0:
            for path in (self._directory, *self._directory.parents):
                if "pytest-of" in str(path):
                    path.chmod(0o755)
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        if os.getuid() == 0:
            os.seteuid(0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    home = tmp_path / "small"
    home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(home)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can be mounted by root only")
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


def test_a_full_disk_is_tried_again_later_and_loses_nothing(small_disk: Path) -> None:
    index = EmbeddedIndex(small_disk / "index")
    index.setup()
    written: list[str] = []

    def fill() -> None:
        for batch in range(100):
            body = " ".join(f"w{batch}x{n}" for n in range(3000))
            drafts = [make_draft(f"{batch}-{n}", body=body + str(n)) for n in range(10)]
            index.write(drafts)
            written.extend(draft.article.id for draft in drafts)

    with pytest.raises(TryLater, match="full"):
        fill()
    other = EmbeddedIndex(small_disk / "index")
    assert set(other.known(written)) == set(written) != set()


def test_every_language_of_the_list_can_be_written_and_found(index: EmbeddedIndex) -> None:
    codes = [code for code, language in languages().items() if language.indexed]
    index.write([make_draft(code, language=code, title="Kursk 2025") for code in codes])
    index.refresh()
    assert index.search(SearchRequest(query="kursk 2025")).total == len(codes)
