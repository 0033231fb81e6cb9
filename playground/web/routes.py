"""The routes of every message before the others, and without a thread for passwords that the page has none of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request

LISTEN = "/gradio_api/queue/data"
BUSY = ("/gradio_api/queue/join", LISTEN)
"""With each message one request to each."""


def hasten(application: Any) -> None:
    """FastAPI compares a path with one route after the other, twice where they were included, and these came after some
    sixty; and each asked in a thread of its own whether somebody has logged in.

    A path of these is no other route's, so that their order changes nothing.
    """
    routers = [application.router, *(one.original_router for one in application.router.routes if _is_included(one))]
    for router in routers:
        for route in router.routes:
            if getattr(route, "path", "") in BUSY:
                route.dependencies = [
                    replace(one, dependency=_let_in) if one.dependency.__name__ == "login_check" else one
                    for one in route.dependencies
                ]
        router.routes.sort(key=lambda route: not (_is_included(route) or getattr(route, "path", "") in BUSY))
        router._mark_routes_changed()


async def _let_in(request: Request) -> None:
    """As Gradio where `launch` is given no `auth`: visitors are told apart by `playground.web.visitor`.

    Who listens to events asks before each message whether the page has been closed, which takes as long as sending it.
    Of a server that speaks ASGI before 2.4 Starlette hears that besides, and ends the listening.
    """
    spoken = tuple(map(int, request.scope.get("asgi", {}).get("spec_version", "2.0").split(".")))
    if request.scope["path"].endswith(LISTEN) and spoken < (2, 4):
        request.is_disconnected = _is_told  # type: ignore[method-assign]


async def _is_told() -> bool:
    return False


def _is_included(route: Any) -> bool:
    return hasattr(route, "original_router")
