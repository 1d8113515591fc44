"""The timetable that looks again and again whether something is due; the only room that knows APScheduler."""
