"""Calendars out: subscription addresses and what calendar programs read there; the only room that knows icalendar."""
