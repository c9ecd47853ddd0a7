"""Searching on behalf of a reader."""
