"""Ports for servers that tests start."""

from __future__ import annotations

import secrets
import socket


def free_port() -> int:
    """A port that nobody has now. Nor will an outgoing connection take it before its server has started: those get
    higher ones (from 32,768 on Linux, 49,152 elsewhere)."""
    while True:
        port = 16_384 + secrets.randbelow(16_384)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:  # taken
                continue
        return port
