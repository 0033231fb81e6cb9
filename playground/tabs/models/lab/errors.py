"""What is wrong with what is asked of a model that is taken apart."""

from __future__ import annotations

from providers.errors import InputError, LimitExceeded


class LayersError(InputError, code="input_error"):
    """There is no such token in the text, no such head or layer in the model; a text too short to be guessed, or to be
    foreseen; a blank before which nothing stands."""

    reasons = ("layer_place", "short_text", "one_token", "no_beginning")


class LayersLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit, and tokens, how many there are."""

    reasons = ("layer_tokens", "text_tokens")


class NgramError(InputError, code="input_error"):
    """An n-gram model that cannot be trained: "order", values: highest; "short_training", values: words, least."""

    reasons = ("order", "short_training")


class VectorsError(InputError, code="input_error"):
    """Values: word, which the model does not know, or which `sentence` does not have; count, how many are needed."""

    reasons = ("unknown_word", "word_missing", "few_texts", "few_words")


class VectorsLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit, and of tokens how many there are."""

    reasons = ("vector_texts", "vector_words", "vector_tokens")


class FormError(InputError, code="input_error"):
    """There is no such form; a share of 1 or more would leave nothing; a form is not compared with itself."""

    reasons = ("form", "sparsity", "same_form", "no_pair")


class FormLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit, and tokens, how many there are."""

    reasons = ("question_tokens",)


class TaskError(InputError, code="input_error"):
    """Values: line, from 1; label. What a visitor's own texts with their classes lack."""

    reasons = ("own_line", "few_classes", "no_words", "no_labels_match", "no_approach", "question_line")
