"""Models of every kind behind one primitive: `stream(request)`. Knows nothing of any interface, setting or visitor."""
