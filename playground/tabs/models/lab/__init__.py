"""Models taken apart: their card, their tokens, their layers, their surprise. One file a section; no page needed."""
