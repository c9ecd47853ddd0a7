"""What may go wrong around an index; portal/http.py alone knows which status each becomes."""


class SearchUnavailable(Exception):
    """The index cannot be asked or written now. Whoever sends a change keeps it and tries again."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__("Search is not available at the moment. Please try again in a minute.")


class IndexOutdated(SearchUnavailable):
    """The index was built for other facets than the portal has now: `rebuild_index` makes it anew."""


class RebuildRunning(Exception):
    """Only one rebuild of an index at a time."""
