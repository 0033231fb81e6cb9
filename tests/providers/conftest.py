from collections.abc import AsyncIterator

import pytest

from tests.faults.server import FaultServer


@pytest.fixture
async def fault_server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server
