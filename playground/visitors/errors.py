"""What a visitor may not do so often, so much or at once; or not yet."""

from __future__ import annotations

from providers.errors import ConfigurationError, LimitExceeded


class VisitorLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit, and seconds to wait where it is a rate; of "stored" and "stored_in_all" the limit is in MB."""

    reasons = ("rate", "address_rate", "newcomers", "streams", "body", "stored", "stored_in_all")


class TermsNotAccepted(ConfigurationError):
    """Values: model, terms (their title), url."""
