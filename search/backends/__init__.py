"""The engines behind search, chosen by one URL."""
