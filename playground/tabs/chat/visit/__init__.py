"""A visitor's conversation as it is sent, answered, stopped and kept, and the images that go along with it."""
