"""A visitor's documents: added, searched, asked about, looked into and measured. No page needed."""
