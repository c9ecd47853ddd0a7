"""PURE: what is in image files, and how it looks. Knows nothing of Django; runs in the sandboxed pool."""
