"""A visitor's look at the next token, the text grown token by token, and the sweep. No page needed."""
