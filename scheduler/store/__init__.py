"""The one room that knows the database: it reads and writes the clinic's own words, frozen values in and out."""
