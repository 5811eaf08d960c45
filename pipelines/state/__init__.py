"""What Newsbeam remembers besides articles: cursors, dead letters, runs, and who is running."""
