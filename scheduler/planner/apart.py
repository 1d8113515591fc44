"""Roles of one visit that different people serve beside the therapist: a group's second facilitator and its monitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduler.domain.people import Role, StaffMember

NOT_THE_GUIDE = (Role.MEDICAL_MONITOR, Role.CO_THERAPIST)
"""The roles in which the therapist of a visit does not serve; who serves in one of them does not serve in the other."""


def both_served(able: Mapping[str, tuple[int, int]]) -> int:
    """Return the slots at which two people can be found for two roles, one for each.

    `able` says for each person at which slots they can serve in the first role and in the second. Two different people
    are found exactly where somebody can serve in each role and at least two people in either (Hall's condition).
    """
    first = second = one = two = 0
    for in_first, in_second in able.values():
        first, second = first | in_first, second | in_second
        either = in_first | in_second
        one, two = one | either, two | (one & either)
    return first & second & two


def leaving_somebody(fit: Sequence[StaffMember], others: Sequence[StaffMember]) -> Sequence[StaffMember]:
    """Return who of those fit for a role may serve in it so that somebody else is left for the other role."""
    left = {person.id for person in others}
    return [person for person in fit if left - {person.id}]
