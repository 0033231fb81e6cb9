"""Between the network and Gradio: pure ASGI middleware, and how the page is launched."""

from playground.web.serve import launch, launch_arguments, prepare
from playground.web.visitor import LANGUAGE_COOKIE, language, language_cookie, visitor_id

__all__ = ["LANGUAGE_COOKIE", "language", "language_cookie", "launch", "launch_arguments", "prepare", "visitor_id"]
