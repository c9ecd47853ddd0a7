"""PURE: publications as Europe PMC, Crossref and DataCite describe them, read to one shape; and what deposits take."""
