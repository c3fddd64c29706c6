"""What the tests of the whole product share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.local import LocalProduct, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[LocalProduct]:
    """Everything, as `make up` runs it, with the demo data; tests add their own beside it."""
    with running_product() as running:
        yield running
