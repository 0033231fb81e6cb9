"""What embedding and reranking models share.

`pool` has the encoders of one provider, fetched and loaded when they are first needed; `loading` loads one with
sentence-transformers; `batcher` computes the texts of many callers together on one thread; `agreement` tells whether
vectors computed in bfloat16 may stand for those in float32.
"""
