"""search/ under /api/v1/."""
