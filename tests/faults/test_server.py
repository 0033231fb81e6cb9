"""What the server of faults notices of its clients."""

import asyncio

import pytest

from tests.faults.script import FAULTS
from tests.faults.server import FaultServer, Received
from tests.faults.wire import Chat


class Connection:
    """To a client that leaves: `noticed` by the next read, the next write, or both at the same moment."""

    def __init__(self, noticed: str) -> None:
        self.noticed = noticed

    async def read(self, size: int) -> bytes:
        await asyncio.sleep(0 if self.noticed != "writing" else 3600)
        return b""

    def write(self, content: bytes) -> None:
        pass

    async def drain(self) -> None:
        await asyncio.sleep(0)
        if self.noticed != "reading":
            raise ConnectionResetError


@pytest.mark.parametrize("noticed", ["reading", "writing", "both"])
async def test_who_leaves_has_left_whatever_tells_it(noticed):
    server, request, client = FaultServer(), Received("POST", "/v1", {}, {"model": "slow"}), Connection(noticed)
    assert not await server._stream(FAULTS["slow"], Chat(request.body), request, (client, client))
    assert list(server.disconnected) == ["slow"]
