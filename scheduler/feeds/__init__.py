"""Calendars out: subscription addresses and what programs read there; in `busy`, calendars of staff in."""
