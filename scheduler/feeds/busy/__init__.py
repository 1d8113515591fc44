"""Calendars in: when members of staff are taken elsewhere, read from iCal addresses and files; times alone are kept."""
