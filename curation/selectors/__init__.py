"""Selectors read, filtered by what the reader may see, in a constant number of queries."""
