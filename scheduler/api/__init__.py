"""The JSON API: thin adapters from what programs ask to the same use cases that the pages call."""
