"""Where the chunks of a visitor's documents are kept: their texts in SQLite, their vectors beside them."""
