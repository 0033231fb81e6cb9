"""The routes of every message before the others, and without a thread for passwords that the page has none of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

BUSY = ("/gradio_api/queue/join", "/gradio_api/queue/data")
"""With each message one request to each."""


def hasten(application: Any) -> None:
    """FastAPI compares a path with one route after the other, twice where they were included, and these came after some
    sixty; and each asked in a thread of its own whether somebody has logged in.

    A path of these is no other route's, so that their order changes nothing.
    """
    routers = [application.router, *(one.original_router for one in application.router.routes if _is_included(one))]
    for router in routers:
        router.routes.sort(key=lambda route: not (_is_included(route) or getattr(route, "path", "") in BUSY))
        router._mark_routes_changed()
    for asked in set(_asked(route for router in routers for route in router.routes)):
        if asked.__name__ == "login_check":
            application.dependency_overrides[asked] = _let_in


async def _let_in() -> None:
    """As Gradio where `launch` is given no `auth`: visitors are told apart by `playground.web.visitor`."""


def _is_included(route: Any) -> bool:
    return hasattr(route, "original_router")


def _asked(routes: Iterable[Any]) -> Iterable[Any]:
    for route in routes:
        if getattr(route, "path", "") in BUSY:
            yield from (one.call for one in route.dependant.dependencies)
