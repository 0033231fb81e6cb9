"""One adapter a wire protocol or engine family: every folder or module here is an adapter, and nothing else lies here.

An adapter has `connect(connection) -> Provider` and may have `ROWS`, a `Catalog` of models that come with it. The
registry finds it by its place; this file holds no code. What adapters of services share is in `providers/remote`.
"""
