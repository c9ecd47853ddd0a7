"""To be written."""


def record_change(dataset_id: int) -> None:
    """To be written."""
