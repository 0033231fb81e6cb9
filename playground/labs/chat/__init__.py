"""The conversation: its values, how a reply comes about, side by side, and what it can be exported as."""

from playground.labs.chat.answer import HEARTBEAT, REDRAW, Column, answer, side_by_side
from playground.labs.chat.conversation import Conversation, Reply, Sent, Turn
from playground.labs.chat.pictures import Picture
from providers.errors import Failure

__all__ = [
    "HEARTBEAT",
    "REDRAW",
    "Column",
    "Conversation",
    "Failure",
    "Picture",
    "Reply",
    "Sent",
    "Turn",
    "answer",
    "side_by_side",
]
