"""Numbers with units, as pages print them."""

import pytest

from archive.templatetags.quantities import length, size


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (36_200_000_000_000, "36.2 TB"),
     (999_600, "1.0 MB"), (212_000_000, "212 MB"), (None, "0 bytes"), (5 * 10**18, "5,000 PB")],
)  # fmt: skip
def test_sizes_are_said_in_decimal_units(count, said):
    assert size(count).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("micrometres", "said"),
    [(0.065, "65 nm"), (0.16, "0.16 µm"), (0.5, "0.5 µm"), (33.28, "33.3 µm"), (1234.5, "1.23 mm"), ("0.1", "0.1 µm"),
     (None, ""), ("", ""), ("not stated", "not stated"), (512.0, "512 µm")],
)  # fmt: skip
def test_lengths_are_said_as_a_microscopist_would(micrometres, said):
    assert length(micrometres).replace("\u00a0", " ") == said
