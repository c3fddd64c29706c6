"""Where the bytes are: one file a version, in a folder a bucket.

The path on disk is made from a UUID of ours and never from a name that a client chose. A file
is written under another name and takes its own only when it is complete, and no row points to
it before that, so nothing half-written is ever read.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from devstack.storage.errors import too_large

_PARTIAL = ".partial"
_BUFFER = 1024 * 1024  # bytes gathered before a thread writes them
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A complete file."""

    version: str
    size: int
    etag: str
    modified: datetime


class Files:
    """The folder of all buckets."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def sweep(self) -> None:
        """Remove what a server that was killed in the middle of an upload left behind."""
        for path in self._root.glob(f"*/*{_PARTIAL}"):
            path.unlink(missing_ok=True)

    def open(self, bucket_id: str, version: str | None) -> BinaryIO | None:
        """The file of a version; None when there is none, as for a row that SQL inserted."""
        path = self._path(bucket_id, version)
        try:
            return path.open("rb") if path else None
        except OSError:
            return None

    async def store(self, bucket_id: str, chunks: AsyncIterable[bytes], limit: int) -> Stored:
        """Write a new version; raises and leaves nothing when it has more than `limit` bytes.

        Whatever ends `chunks` early (a client that went away, say) leaves nothing either.
        """
        version = str(uuid4())
        path = self._folder(bucket_id) / version
        partial = path.with_suffix(_PARTIAL)
        digest, size = hashlib.md5(usedforsecurity=False), 0
        try:
            await asyncio.to_thread(partial.parent.mkdir, parents=True, exist_ok=True)
            with await asyncio.to_thread(partial.open, "xb") as file:
                async for block in _gather(chunks, limit):
                    size += len(block)
                    await asyncio.to_thread(_append, file, digest, block)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return _stored(path, version, size, digest.hexdigest())

    async def duplicate(
        self, bucket_id: str, version: str | None, target_bucket: str
    ) -> tuple[str, datetime] | None:
        """Give a file a second version in the same or another bucket; None when it is missing."""
        source = self._path(bucket_id, version)
        if source is None or not source.exists():
            return None
        copy = str(uuid4())
        target = self._folder(target_bucket) / copy
        await asyncio.to_thread(_link, source, target)
        return copy, datetime.now(UTC)

    def remove(self, bucket_id: str, versions: Iterable[str | None]) -> None:
        """Delete the files of these versions."""
        for version in versions:
            path = self._path(bucket_id, version)
            if path is not None:
                path.unlink(missing_ok=True)

    def remove_bucket(self, bucket_id: str) -> None:
        """Delete the folder of a bucket that is gone, with whatever is still in it."""
        shutil.rmtree(self._folder(bucket_id), ignore_errors=True)

    @asynccontextmanager
    async def removed_on_failure(self, bucket_id: str, version: str) -> AsyncIterator[None]:
        """Delete a fresh version when the row that should point to it cannot be written."""
        try:
            yield
        except BaseException:
            self.remove(bucket_id, [version])
            raise

    def _folder(self, bucket_id: str) -> Path:
        """The folder of a bucket: its name when that is plain, else a hash of it."""
        if _PLAIN.fullmatch(bucket_id):
            return self._root / bucket_id
        return self._root / f"~{hashlib.sha256(bucket_id.encode()).hexdigest()[:32]}"

    def _path(self, bucket_id: str, version: str | None) -> Path | None:
        """The file of a version, if the version is a UUID; SQL may have put anything there."""
        try:
            known = version is not None and str(UUID(version)) == version
        except ValueError:
            known = False
        return self._folder(bucket_id) / str(version) if known else None


async def _gather(chunks: AsyncIterable[bytes], limit: int) -> AsyncIterator[bytes]:
    """Join small chunks to blocks worth a thread; raises when there is too much of them."""
    block, total = bytearray(), 0
    async for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise too_large()
        block += chunk
        if len(block) >= _BUFFER:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _append(file: BinaryIO, digest: hashlib._Hash, block: bytes) -> None:
    file.write(block)
    digest.update(block)


def _stored(path: Path, version: str, size: int, digest: str) -> Stored:
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Stored(version, size, f'"{digest}"', modified)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes: files are never changed once they are complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        partial = target.with_suffix(_PARTIAL)
        shutil.copyfile(source, partial)
        partial.replace(target)
