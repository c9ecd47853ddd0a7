"""The archive's part of the API: each view parses, calls a service or a selector, and answers."""
