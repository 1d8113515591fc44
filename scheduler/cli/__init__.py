"""The command line: thin adapters from words typed to use cases, and `serve`, which runs all of it."""
