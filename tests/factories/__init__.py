"""Factories: rows for tests, made in code. Each makes a whole, valid object; name only what the test is about."""
