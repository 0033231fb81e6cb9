"""A visitor's file as an image that may be sent to a model, and programs that bound what reading it may cost."""
