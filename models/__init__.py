"""What flows through Newsbeam, and what configures it: Pydantic records only."""
