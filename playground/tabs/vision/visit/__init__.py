"""A visitor's images and what is asked about them: kept for a while, in memory alone. No page needed."""
