"""A server of faults for each test, in its own loop, whose clock jumps: no deadline depends on the machine's speed."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests import virtual_time
from tests.faults.server import FaultServer


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
    return {"virtual": virtual_time.loop}


@pytest.fixture
async def fault_server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server
