"""A visitor's images and what is asked about them: kept on the server for a while, in memory alone. No page needed."""

from playground.gallery.asking import MOST_COLUMNS, Asking
from playground.gallery.gallery import ADD, ASK, LABEL, MEASURE, Gallery
from playground.gallery.measuring import MOST_QUESTIONS, Measured, Measuring
from playground.gallery.values import MOST_PICTURES, Adding, Picture, Rejected, Seat, Sent, Session, Turn, sent_as

__all__ = [
    "ADD",
    "ASK",
    "LABEL",
    "MEASURE",
    "MOST_COLUMNS",
    "MOST_PICTURES",
    "MOST_QUESTIONS",
    "Adding",
    "Asking",
    "Gallery",
    "Measured",
    "Measuring",
    "Picture",
    "Rejected",
    "Seat",
    "Sent",
    "Session",
    "Turn",
    "sent_as",
]
