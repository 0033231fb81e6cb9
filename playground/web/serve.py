"""How the page is served."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from playground.settings import Settings
from playground.text import texts
from playground.visitors import Sessions
from playground.web.admit import Admit
from playground.web.explain import Explain
from playground.web.forwarded import Forwarded, Proxies
from playground.web.guard import Guard, Hosts
from playground.web.harden import Harden, script_hashes
from playground.web.line import Line
from playground.web.ownership import Ownership, Private
from playground.web.routes import hasten
from playground.web.secret import kept_secret
from playground.web.start import Start, Work
from playground.web.stubs import without_stubs
from playground.web.visitor import Identify, Seal

if TYPE_CHECKING:
    import gradio as gr

_THREADS = 80
"""For handlers that are not async; also the places that Gradio's queue has at once."""
_CLEANING = (3600, 86_400)
"""Uploads are looked at every hour and deleted after a day, and all of them when the server stops. Seconds."""


_SESSIONS = 300
"""Pages that Gradio remembers, kept after they were closed: a tab may come back. Beyond, the least used goes."""
_LOOK = 0.02
"""Seconds between two looks of Gradio's queue for new events. By itself a thousand times a second, also while nobody is
there: each interrupts the threads of a model that computes on the same processors."""
_PROGRESS = 0.25
"""As `_LOOK`, for `gr.Progress`, which no event of this page has; by itself a hundred times."""
_PLACES = 2.0
"""Seconds between two times that those in Gradio's line are told their place. By itself all are whenever one begins:
of a class that sends at the same moment each is told a dozen times, before any of its first words is shown."""
_COMPRESSED = 32_000
"""Bytes from which an answer is compressed: the page itself describes every component and is about 1 MB."""


def prepare(settings: Settings) -> None:
    """Set what Gradio and the Hub's client read from the environment, and import Gradio. Call it before others do."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Otherwise a pandas table of the last 10,000 events is computed after each one, for a page that is switched off.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(_uploads(settings))
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # who a request comes from is decided by `Forwarded` alone
    if find_spec("matplotlib") is None:  # else Gradio looks for it through all folders, twice with every redraw
        sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type]  # Python's own sign for "not here"
    with without_stubs():
        import_module("gradio")


def middleware(
    settings: Settings, ownership: Ownership, head: str = "", sessions: Sessions | None = None
) -> list[Middleware]:
    """Outermost first; `launch` puts `Line` before the last.

    Gradio puts its own around them: CORS, and the compression of scripts and styles.
    """
    seal, hosts = Seal(kept_secret(settings.home)), Hosts.of(settings)
    known: dict[str, Any] = {} if sessions is None else {"gone": lambda visitor: sessions.gone.get(visitor) is not None}
    admit = [] if sessions is None else [Middleware(Admit, sessions=sessions, texts=texts())]
    return [
        Middleware(GZipMiddleware, minimum_size=_COMPRESSED, compresslevel=5),  # never an event stream
        Middleware(Harden, framed=settings.on_space, hashes=script_hashes(head)),
        Middleware(Forwarded, proxies=Proxies.of(settings.proxies), hosts=hosts, counted=settings.hosted),
        Middleware(Guard, hosts=hosts),
        Middleware(Identify, seal=seal, languages=texts().languages(), framed=settings.on_space, **known),
        *admit,
        Middleware(Explain, texts=texts(), places=settings.queue_size, max_body=settings.max_body),
        Middleware(Private, ownership=ownership),
    ]


def launch_arguments(
    settings: Settings,
    ownership: Ownership,
    look: Mapping[str, Any] | None = None,
    sessions: Sessions | None = None,
) -> dict[str, Any]:
    """For `Blocks.launch`; `look` adds theme, css, js, head."""
    look = look or {}
    layers = middleware(settings, ownership, str(look.get("head") or ""), sessions)
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "inbrowser": settings.open,
        "max_threads": _THREADS,
        "state_session_capacity": _SESSIONS,
        "max_file_size": settings.max_body,
        "app_kwargs": {"middleware": layers},
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "quiet": True,
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "footer_links": [],
        # Gradio gives its own page 3 s to answer and ends the program where it does not, as happens where visitors are
        # there at once while libraries are being imported.
        "_frontend": False,
        **look,
    }


def launch(
    blocks: gr.Blocks,
    settings: Settings,
    look: Mapping[str, Any] | None = None,
    *,
    wait: bool = True,
    work: Work | None = None,
    sessions: Sessions | None = None,
) -> str:
    """Serve the page and return its address; with `wait`, only once it is stopped. `work` begins with the server;
    `sessions` are told where visitors come from, and whose files are whose.

    Raises `RuntimeError` where `prepare` was not called before the page was built.
    """
    ownership = Ownership(_uploads(settings))
    from playground.web.sessions import LightSessions  # Gradio reads its environment when it is imported

    if os.environ.get("GRADIO_TEMP_DIR") != str(_uploads(settings)):
        raise RuntimeError("prepare(settings) comes before the page is built")
    for block in blocks.blocks.values():
        ownership.publish(block.keep_in_cache)
    blocks.delete_cache = _CLEANING
    blocks.max_threads = _THREADS  # queue() counts its places from this, before launch() is told
    blocks.queue(_PLACES, max_size=settings.queue_size, default_concurrency_limit=_THREADS)
    blocks._queue.sleep_when_free = _LOOK
    blocks._queue.progress_update_sleep_when_free = _PROGRESS
    if sessions is not None:
        sessions.forgetting.append(ownership.forget)
        sessions.storage.uploads = ownership.files
    arguments = launch_arguments(settings, ownership, look, sessions)
    arguments["app_kwargs"]["middleware"].insert(-1, Middleware(Line, room=lambda: _room(blocks, settings)))
    if work is not None:
        arguments["app_kwargs"]["middleware"].append(Middleware(Start, work=work))
    application, address, _ = blocks.launch(prevent_thread_lock=True, **arguments)
    application.state_holder = LightSessions(blocks)
    hasten(application)
    print(f"Aula is at {address}", flush=True)  # noqa: T201 - the one line that whoever started it waits for
    if wait:
        blocks.block_thread()
    return str(address)


def _room(blocks: gr.Blocks, settings: Settings) -> int:
    """How many more requests find a free place, or one in the line."""
    queue = blocks._queue
    return settings.queue_size - len(queue) + queue.active_jobs.count(None)


def _uploads(settings: Settings) -> Path:
    return settings.home / "uploads"
