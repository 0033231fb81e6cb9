"""What begins with the server."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from playground.web.start import Start


async def test_work_runs_beside_the_server_and_a_class_finds_threads_enough() -> None:
    """A loop's own six threads, on two cores, are soon all busy with long prompts: no message would be saved."""
    worked, threads = asyncio.Event(), 0

    async def work() -> None:
        worked.set()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal threads
        await worked.wait()
        await asyncio.to_thread(int)
        threads = asyncio.get_running_loop()._default_executor._max_workers

    async def nothing(*given: object) -> None:
        raise AssertionError("nothing is asked for")

    await Start(serve, work)({"type": "lifespan"}, nothing, nothing)
    assert threads >= 60
