"""Where collected feeds, pages and texts lie that are not part of the project; what needs them is skipped without."""

import os
from pathlib import Path

COLLECTED = Path(os.environ.get("NEWSBEAM_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
"""NEWSBEAM_TEST_DATA, else `shared/data` beside the checkout."""
