"""The clinic's words for what staff hold and for the roles they serve in, to be read on within a sentence."""

from __future__ import annotations

from scheduler.domain.people import Role
from scheduler.rules.wording import credential_name, role_name
from scheduler.web.speech import Spoken, mark

_CREDENTIALS = Spoken(
    {
        "kap_training": mark("KAP training"),
        "rn_licence": mark("RN licence"),
        "therapist_licence": mark("therapist licence"),
        "prescriber_licence": mark("prescriber licence"),
    }
)
"""Those of the clinics that are known; any other is called as the clinic file calls it."""

_ROLES = Spoken(
    {
        Role.THERAPIST: mark("therapist"),
        Role.CO_THERAPIST: mark("co-therapist"),
        Role.ADMINISTERING_CLINICIAN: mark("administering clinician"),
        Role.MEDICAL_MONITOR: mark("medical monitor"),
        Role.PRESCRIBER: mark("prescriber"),
        Role.CARE_COORDINATOR: mark("care coordinator"),
    }
)


def credential_words(kind: str) -> str:
    """Return a credential: 'BLS', 'therapist licence'."""
    return _CREDENTIALS.get(kind, credential_name(kind))


def serving_words(role: Role) -> str:
    """Return a role in which somebody serves: 'medical monitor'."""
    return _ROLES.get(role, role_name(role))
