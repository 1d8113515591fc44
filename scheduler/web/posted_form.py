"""What every form of the pages is made from: the one place that meets the library of forms, which ships no types."""

from __future__ import annotations

from flask_wtf import FlaskForm


class PostedForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A form that is filled from the present request, and valid only with the token that its page came with."""
