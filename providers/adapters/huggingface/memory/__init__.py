"""Which models are in memory, who waits for one, and where they compute.

`loader` fetches and loads models, each as one `preparation` for all who wait; `model_cache` holds the loaded ones
within a bound of bytes; `fair_queue` orders the requests of a loaded model; `device` chooses card or processor.
"""
