"""The words by which people say that they want no more texts, in English and in Spanish, folded."""

from __future__ import annotations

# FCC, in force since 11 April 2025 (47 CFR 64.1200(a)(10)): these words, and any clear wording, in any language written.
_ENGLISH = (
    *("stop", "stopall", "stop all", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe"),
)
_SPANISH = (
    *("alto", "parar", "pare", "para", "detener", "detenga", "terminar", "fin", "revocar", "cancelar"),
    *("cancela", "baja", "dar de baja", "darme de baja", "salir", "basta", "no mas", "no mas mensajes"),
)

OPT_OUT_WORDS = frozenset((*_ENGLISH, *_SPANISH))
