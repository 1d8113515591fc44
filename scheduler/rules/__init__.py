"""What must be true of a series: one list of rules in the clinic's words, judged on plain facts."""
