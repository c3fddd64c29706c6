"""What the tests of the whole product share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.local import LocalProduct, running_product

# The same examples on every run: what fails here fails for everybody, and at once.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def product() -> Iterator[LocalProduct]:
    """Everything, as `make up` runs it, with the demo data; tests add their own beside it."""
    with running_product() as running:
        yield running
