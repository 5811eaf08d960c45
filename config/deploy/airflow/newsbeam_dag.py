"""Newsbeam every ten minutes, for Airflow 2.11 and 3.

Put it into the DAGs folder. What a worker needs is the command `newsbeam` on its PATH, in an environment apart from
Airflow's own, the configuration in /etc/newsbeam, and the secrets in its environment. The index must be an
Elasticsearch, or a directory by its absolute path, since a task's own directory is gone when it ends. A run that may be
tried again is tried twice more, after `core.default_task_retry_delay`; one that can't end otherwise fails at once, and
says why.
"""

from datetime import datetime, timedelta, timezone
from functools import cached_property

try:
    from airflow.providers.standard.hooks.subprocess import SubprocessHook
    from airflow.sdk import DAG, BaseOperator
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.exceptions import AirflowException, AirflowFailException
    from airflow.hooks.subprocess import SubprocessHook
    from airflow.models import BaseOperator

COMMAND = ["newsbeam", "run", "--config", "/etc/newsbeam", "--max-runtime", "50m", "--grace", "45s", "--json"]

FINAL = {
    1: "a bug, or a promise that was broken; the log above is what to report",
    2: "wrong usage, configuration or credentials; see `newsbeam config check`",
    3: "too many entries failed; see `newsbeam failures list`",
}
"""Exit codes after which another try would end the same."""


class NewsbeamRun(BaseOperator):
    """One bounded run; the exit code decides whether it is tried again."""

    @cached_property
    def hook(self):
        """What starts the command, and can end it."""
        return SubprocessHook()

    def execute(self, context):  # noqa: ARG002
        """Run the command, its output in the task's log."""
        try:
            code = self.hook.run_command(COMMAND).exit_code
        except FileNotFoundError as error:
            raise AirflowFailException(f"the command {COMMAND[0]} is not on this worker's PATH") from error
        if code in FINAL:
            raise AirflowFailException(f"newsbeam run ended with {code}: {FINAL[code]}")
        if code != 0:
            raise AirflowException(f"newsbeam run ended with {code}: to be tried again")

    def on_kill(self):
        """Let the run finish what is in hand."""
        self.hook.send_sigterm()


with DAG(
    dag_id="newsbeam",
    description="Ingest the news feeds that are due",
    schedule="*/10 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),  # noqa: UP017 - Airflow 2 runs on older Pythons
    catchup=False,
    max_active_runs=1,
    tags=["news"],
) as dag:
    NewsbeamRun(task_id="run", retries=2, execution_timeout=timedelta(minutes=55))
