"""llama.cpp's server: `python llamacpp_program.py FILE PORT`, in an environment that has xllamacpp.

Its key is in the environment variable KEY.
"""

import os
import sys
import threading

import xllamacpp  # type: ignore[import-untyped]  # in another environment

parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.model_alias = sys.argv[1], {"smollm2"}
parameters.hostnames, parameters.port = ["127.0.0.1"], int(sys.argv[2])
parameters.api_keys = [os.environ["KEY"]]
parameters.n_parallel, parameters.n_ctx, parameters.n_gpu_layers = 2, 2048, 0
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
server = xllamacpp.Server(parameters)
threading.Event().wait()
