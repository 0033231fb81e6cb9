"""A request as the page shows it: where it goes and the exact body, a picture's base64 left out."""

from __future__ import annotations

import json
from collections.abc import Mapping

SHORTENED = "({length} bytes, left out here)"
"""What stands for a picture's base64 when a request is shown."""


def render_body(url: str, body: Mapping[str, object]) -> str:
    """What "what was sent" shows: where to and the exact body. Keys travel in headers and are not part of it."""
    return json.dumps({"url": url, "body": body}, ensure_ascii=False, indent=2)
