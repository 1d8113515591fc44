"""The built-in words of messages and of the page behind their links: a file for each language."""
