"""How the page is served."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware

from playground.settings import Settings
from playground.text import languages
from playground.web.secret import kept_secret
from playground.web.visitor import Identify, Seal

if TYPE_CHECKING:
    import gradio as gr

_THREADS = 80
"""For handlers that are not async; also the places that Gradio's queue has at once."""


def prepare(settings: Settings) -> None:
    """Set what Gradio and the Hub's client read from the environment. Call it before Gradio is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(settings.home / "uploads")


def middleware(settings: Settings) -> list[Middleware]:
    """Outermost first."""
    seal = Seal(kept_secret(settings.home))
    return [Middleware(Identify, seal=seal, languages=languages(), framed=settings.on_space)]


def launch_arguments(settings: Settings, look: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """For `Blocks.launch`; `look` adds theme, css, js, head."""
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "inbrowser": settings.open,
        "max_threads": _THREADS,
        "max_file_size": settings.max_body,
        "app_kwargs": {"middleware": middleware(settings)},
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "quiet": True,
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "footer_links": [],
        **(look or {}),
    }


def launch(blocks: gr.Blocks, settings: Settings, look: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
    """Serve the page and return its address; with `wait`, only once it is stopped."""
    blocks.max_threads = _THREADS  # queue() counts its places from this, before launch() is told
    blocks.queue(max_size=settings.queue_size, default_concurrency_limit=_THREADS)
    _, address, _ = blocks.launch(prevent_thread_lock=True, **launch_arguments(settings, look))
    if wait:
        blocks.block_thread()
    return str(address)
