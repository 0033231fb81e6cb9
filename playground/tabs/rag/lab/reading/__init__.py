"""From the bytes of a file to its pages: what a parser process does. Standard library, `providers.errors` and loaders
only, and each loader's own library when it is used: the process starts in a fraction of a second."""
