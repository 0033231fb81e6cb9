"""Where the layers of a model are: one file for each kind of architecture. Each has `FITS`, `load` and `parts`."""
