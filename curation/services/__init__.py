"""Services write: validate, save, audit, emit, in one transaction."""
