"""Beam's Flink runner: what it needs to be there, and a job server of its own that never outlives the command."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    GoogleCloudOptions,
    JobServerOptions,
    PipelineOptions,
    PortableOptions,
)
from apache_beam.portability.api import beam_job_api_pb2, beam_job_api_pb2_grpc
from apache_beam.runners.portability.flink_runner import FlinkJarJobServer, FlinkRunner
from apache_beam.runners.portability.portable_runner import JobServiceHandle

from models.errors import SetupError, TryLater
from pipelines.runners.flink_rest import FlinkCluster
from pipelines.runners.options import check_known

WORKERS = "localhost:50000"
"""Where, seen from each task manager, workers are to be had unless the options say otherwise."""

_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_STARTING = 120.0
_ANSWERING = 10.0
"""Seconds for a job server to start, and for one that runs already to answer."""


class JobServerRunner(FlinkRunner):
    """Runs jobs by the job server that the options name."""

    def __init__(self, cluster: FlinkCluster | None) -> None:
        super().__init__()
        self.cluster = cluster

    def create_job_service(self, options: PipelineOptions) -> JobServiceHandle:
        """Counters of many sources are many bytes, and an option that nobody knows is a mistake."""
        channel = grpc.insecure_channel(options.view_as(PortableOptions).job_endpoint, options=_ANY_SIZE)
        service = beam_job_api_pb2_grpc.JobServiceStub(channel)
        asked = beam_job_api_pb2.DescribePipelineOptionsRequest()
        described = service.DescribePipelineOptions(asked, timeout=_STARTING)
        check_known(options, [option.name for option in described.options])
        return self.create_job_service_handle(service, options)

    def cancel(self, options: PipelineOptions) -> int:
        """End the jobs of this name on the cluster, where a job server alone leaves them; says how many there were."""
        return self.cluster.cancel(options.view_as(GoogleCloudOptions).job_name) if self.cluster else 0


@contextmanager
def flink(options: PipelineOptions) -> Iterator[JobServerRunner]:
    """A runner for the Flink that the options name; they are completed by what is known of it.

    Raises SetupError where something is missing on this machine, TryLater where nothing answers.
    """
    asked, portable = options.view_as(FlinkRunnerOptions), options.view_as(PortableOptions)
    if asked.flink_submit_uber_jar:
        raise SetupError("--flink_submit_uber_jar gives back no counters, so that no run could account for its entries")
    if asked.flink_master == "[auto]":
        raise SetupError("say where Flink is: --flink-master HOST:PORT, or '[local]' to try it within the command")
    cluster = None if asked.flink_master == "[local]" else FlinkCluster(asked.flink_master)
    if cluster is not None:
        asked.flink_master = cluster.url
        _agree(asked, cluster.version())
    if not portable.environment_type:
        portable.environment_type = "EXTERNAL" if cluster else "LOOPBACK"
    if portable.environment_type == "EXTERNAL" and not portable.environment_config and not portable.environment_options:
        portable.environment_config = WORKERS
    if portable.job_endpoint:
        _check_answers(portable.job_endpoint)
        yield JobServerRunner(cluster)
        return
    with _job_server(options) as endpoint:
        portable.job_endpoint = endpoint
        yield JobServerRunner(cluster)


def _agree(asked: FlinkRunnerOptions, version: str) -> None:
    """The job server that Beam brings must be of the cluster's version."""
    short = ".".join(version.split(".")[:2])
    if asked.get_all_options(drop_default=True).get("flink_version", short) != short:
        raise SetupError(
            f"the cluster is Flink {version}, but --flink_version says {asked.flink_version}; leave it out"
        )
    if short in FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS:
        asked.flink_version = short
    elif not asked.flink_job_server_jar and not asked.view_as(PortableOptions).job_endpoint:
        published = ", ".join(FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS)
        raise SetupError(f"Beam has no job server for Flink {version}, only for {published}; run one of these")


def _check_answers(endpoint: str) -> None:
    host, _, port = endpoint.rpartition(":")
    if not host or not port.isdigit():
        raise SetupError(f"--job_endpoint is HOST:PORT, not '{endpoint}'")
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWERING).close()
    except OSError as error:
        raise TryLater(f"no job server answers at {endpoint} ({error.strerror or error}); try again later") from error


@contextmanager
def _job_server(options: PipelineOptions) -> Iterator[str]:
    """A job server for one command, by its endpoint; it ends with the command, even when that is killed."""
    asked = options.view_as(JobServerOptions)
    if shutil.which(asked.job_server_java_launcher) is None:
        raise SetupError(
            f"'{asked.job_server_java_launcher}' is not on this machine, and Beam's job server for Flink is a Java"
            " program; install Java 11 or 17, or name a job server that runs elsewhere: -- --job_endpoint=HOST:PORT"
        )
    _check_jar(options.view_as(FlinkRunnerOptions).flink_job_server_jar)
    with tempfile.TemporaryDirectory(prefix="newsbeam-job-server-", ignore_cleanup_errors=True) as place:
        command, endpoint = _command(options, place)
        log = Path(place, "log")
        with log.open("wb") as output:
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        # The pipe closes when this process ends, in whatever way.
        watcher = subprocess.Popen(
            ["sh", "-c", 'cat; kill -s KILL -- "-$0" 2>/dev/null; rm -rf -- "$1"', str(server.pid), place],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _wait_for(server, endpoint, log)
            yield endpoint
        finally:
            watcher.communicate()
            server.wait()


def _check_jar(jar: str | None) -> None:
    if jar and "://" not in jar and not Path(jar).is_file():
        raise SetupError(f"the job server {jar} is not there; correct --flink_job_server_jar")


def _command(options: PipelineOptions, place: str) -> tuple[list[str], str]:
    asked = options.view_as(JobServerOptions)
    asked.artifacts_dir = asked.artifacts_dir or place
    asked.job_server_jvm_properties = [*asked.job_server_jvm_properties, f"-Djava.io.tmpdir={place}"]
    try:
        command, endpoint = FlinkJarJobServer(options).subprocess_cmd_and_endpoint()
    except (RuntimeError, OSError) as error:
        raise TryLater(
            "Beam's job server for Flink could not be downloaded; try again later, or name one:"
            f" -- --flink_job_server_jar=FILE or --job_endpoint=HOST:PORT ({error})"
        ) from error
    return [str(part) for part in command], endpoint


def _wait_for(server: "subprocess.Popen[bytes]", endpoint: str, log: Path) -> None:
    host, _, port = endpoint.rpartition(":")
    deadline = time.monotonic() + _STARTING
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace").strip()[-500:]
                raise SetupError(f"the job server for Flink did not start: {said or 'it said nothing'}") from None
            time.sleep(0.1)
