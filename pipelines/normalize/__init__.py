"""From a lenient entry to a strict article."""
