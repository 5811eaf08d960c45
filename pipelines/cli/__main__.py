"""`python -m pipelines.cli` is the command `newsbeam`."""

from pipelines.cli import main

main()
