"""Asking a database that may be dropped and made anew at any moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
from psycopg import errors

T = TypeVar("T")

PATIENCE = 5.0  # seconds a caller waits for a database that is being reset
_PAUSE = 0.1  # seconds between two attempts


class DatabaseAwayError(Exception):
    """There is no usable database, and there has not been for a while."""

    def __init__(self) -> None:
        super().__init__("Realtime was unable to connect to the project database")


def condition(error: psycopg.Error) -> str:
    """An SQLSTATE's name, as Postgres documents it: `raise_exception`."""
    try:
        name = errors.lookup(error.sqlstate or "").__name__
    except KeyError:
        return "unknown"
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Do `work`, again and again while the database is away.

    Raises `DatabaseAwayError` after a while, and at once whatever else goes wrong.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await work()
        except psycopg.Error as error:
            if not _is_away(error):
                raise
            if asyncio.get_running_loop().time() > deadline:
                raise DatabaseAwayError from error
        await asyncio.sleep(_PAUSE)


def _is_away(error: psycopg.Error) -> bool:
    """Whether this says "no database now" rather than "not so"."""
    if isinstance(error, errors.UndefinedTable):  # made again, its schema not yet
        return '"realtime.messages"' in str(error)
    return isinstance(error, psycopg.OperationalError) and not isinstance(
        error, errors.QueryCanceled
    )
