"""Trellis: schedules supervised, multi-visit treatments as one whole series."""
