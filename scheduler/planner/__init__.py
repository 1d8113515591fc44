"""Finds complete series: pure, exact by the shape of the search; a diary in, proposals or reasons out."""
