"""Random use cases in real processes at once, some of them killed: what is left must still be right."""
