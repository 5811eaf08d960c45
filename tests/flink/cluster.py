"""A real standalone cluster of Flink on this machine: a job manager, task managers, and the workers beside them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flink.parts import Parts

from tests.programs import free_port

WORKERS = Path(__file__).resolve().parents[2] / "config" / "deploy" / "flink" / "newsbeam-workers"
STARTING = 120
_TASKS_AT_WORK = frozenset({"INITIALIZING", "RUNNING", "FINISHED"})
MEMORY = {
    "taskmanager.cpu.cores": "2",
    "taskmanager.memory.task.heap.size": "256m",
    "taskmanager.memory.task.off-heap.size": "64m",
    "taskmanager.memory.framework.heap.size": "128m",
    "taskmanager.memory.framework.off-heap.size": "128m",
    "taskmanager.memory.network.min": "128m",
    "taskmanager.memory.network.max": "128m",
    "taskmanager.memory.managed.size": "128m",
    "taskmanager.memory.jvm-metaspace.size": "256m",
    "taskmanager.memory.jvm-overhead.min": "192m",
    "taskmanager.memory.jvm-overhead.max": "192m",
}
"""Each size by itself: Flink's scripts would compute them, and are not there."""

OPENED = [
    f"--add-{what}={package}=ALL-UNNAMED"
    for what, packages in {
        "exports": (
            "java.base/sun.net.util",
            "java.rmi/sun.rmi.registry",
            "java.security.jgss/sun.security.krb5",
        ),
        "opens": (
            "java.base/java.lang",
            "java.base/java.net",
            "java.base/java.io",
            "java.base/java.nio",
            "java.base/sun.nio.ch",
            "java.base/java.lang.reflect",
            "java.base/java.text",
            "java.base/java.time",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/java.util.concurrent.locks",
        ),
    }.items()
    for package in packages
]
"""What Flink wants of Java 17."""

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Nothing of it runs long enough for more to pay off."""

JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"


class Cluster:
    """A cluster by its REST address `master`; `workers` is where the task managers find Python."""

    def __init__(self, parts: Parts, place: Path, stack: contextlib.ExitStack) -> None:
        self._parts, self._place, self._stack = parts, place, stack
        rest, rpc, workers = (free_port() for _ in range(3))
        self.master, self.workers = f"127.0.0.1:{rest}", f"localhost:{workers}"
        configuration = {
            "jobmanager.rpc.address": "127.0.0.1",
            "jobmanager.rpc.port": str(rpc),
            "jobmanager.bind-host": "127.0.0.1",
            "jobmanager.memory.process.size": "1g",
            "rest.address": "127.0.0.1",
            "rest.bind-address": "127.0.0.1",
            "rest.port": str(rest),
            "taskmanager.host": "127.0.0.1",
            "taskmanager.bind-host": "127.0.0.1",
            "taskmanager.numberOfTaskSlots": "2",
            "heartbeat.interval": "2000",
            "heartbeat.timeout": "20000",
            "io.tmp.dirs": str(place),
            **MEMORY,
        }
        (place / "config.yaml").write_text("".join(f"{name}: {value}\n" for name, value in configuration.items()))
        self._java("job-manager", JOB_MANAGER, "-Xmx512m")
        self._start_workers(workers)
        self.task_manager = self.start_task_manager()

    def options(self, *more: str) -> list[str]:
        """How the command names this cluster, its workers and, unless there is more to say, a job server of its own."""
        own = (f"--flink_job_server_jar={self._parts.job_server}", *(f"--job_server_jvm_property={o}" for o in QUICK))
        server = more or own
        workers = f"--environment_config={self.workers}"
        return ["--runner", "flink", "--flink-master", self.master, "--", *server, workers, "--parallelism=2"]

    def start_task_manager(self) -> "subprocess.Popen[bytes]":
        """One more with two slots, ready to work."""
        before = self._slots()
        started = self._java("task-manager", TASK_MANAGER, "-Xmx512m")
        _wait(lambda: self._slots() > before, f"a task manager: {self.logs()}")
        return started

    def kill_task_manager(self) -> None:
        """As a machine fails; afterwards there is another one."""
        self.task_manager.send_signal(signal.SIGKILL)
        self.task_manager.wait()
        _wait(lambda: self._slots() == 0, "the job manager to miss its task manager")
        self.task_manager = self.start_task_manager()

    @contextlib.contextmanager
    def job_server(self) -> Iterator[str]:
        """A job server that stands by itself, by its endpoint."""
        port = free_port()
        arguments = ["--flink-master", self.master, "--job-port", str(port), "--artifact-port", "0"]
        command = ["java", *QUICK, "-jar", str(self._parts.job_server), *arguments, "--expansion-port", "0"]
        with (self._place / "job-server.log").open("wb") as log:
            server = subprocess.Popen([*command, "--artifacts-dir", str(self._place)], stdout=log, stderr=log)
        try:
            _wait(lambda: _answers(port), "the job server")
            yield f"localhost:{port}"
        finally:
            server.kill()
            server.wait()

    def jobs(self) -> dict[str, str]:
        """Every job that there was, and its state."""
        return {job["jid"]: job["state"] for job in self._get("/jobs/overview")["jobs"]}

    def running(self) -> list[str]:
        """The jobs that are running."""
        return [job for job, state in self.jobs().items() if state == "RUNNING"]

    def working(self) -> set[str]:
        """The jobs whose tasks have all reached a task manager; before that it may go, and they wait for another."""
        return {job for job in self.running() if self._tasks(job) <= _TASKS_AT_WORK}

    def _tasks(self, job: str) -> set[str]:
        """In which states its tasks are."""
        return {vertex["status"] for vertex in self._get(f"/jobs/{job}")["vertices"]}

    def logs(self) -> str:
        """The end of what all its parts said."""
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-800:]}" for log in self._place.glob("*.log"))

    def _slots(self) -> int:
        try:
            return int(self._get("/overview")["slots-total"])
        except (URLError, OSError):
            return 0

    def _get(self, path: str) -> Any:
        with urlopen(f"http://{self.master}{path}", timeout=10) as answer:
            return json.load(answer)

    def _java(self, name: str, program: str, *options: str) -> "subprocess.Popen[bytes]":
        command = ["java", *options, *QUICK, *OPENED, "-cp", f"{self._parts.libraries}/*", program]
        return self._start(name, [*command, "--configDir", str(self._place)], {})

    def _start_workers(self, port: int) -> None:
        self._start("workers", [str(WORKERS), str(port)], {"NEWSBEAM_BIN": str(Path(sys.executable).parent)})

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        with (self._place / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
            )
        # The pipe closes when this process ends, in whatever way: the cluster never outlives the tests.
        watcher = subprocess.Popen(
            ["sh", "-c", 'cat; kill -- "-$0" 2>/dev/null', str(process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._stack.callback(process.wait)
        self._stack.callback(watcher.communicate)
        return process


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + STARTING
    while not ready():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.2)
