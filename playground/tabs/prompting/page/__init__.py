"""What the Prompting tab shows and does: HTML from escaped values, and handlers that need no browser."""
