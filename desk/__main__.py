"""`python -m desk`."""

from desk.cli import app

app()
