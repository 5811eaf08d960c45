"""From sources that are due to documents."""
