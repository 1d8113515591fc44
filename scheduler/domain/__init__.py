"""The words of the clinic: frozen values from the standard library, no database, no web, no clock but the one passed in."""
