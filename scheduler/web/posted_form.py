"""What every form of the pages is made from: the one place that meets the library of forms, which ships no types."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.i18n import DummyTranslations, get_translations

from scheduler.web.catalogues import SOURCE
from scheduler.web.speech import manner


class PostedForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A form that is filled from the present request, and valid only with the token that its page came with."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library ships no types
        """What the library itself says of a wrong field, it says in the reader's language."""

        cache_translations = False

        def get_translations(self, _form: PostedForm) -> object:
            """Return the library's own sentences, in English as they are."""
            language = manner().language
            return DummyTranslations() if language == SOURCE else get_translations([language])
