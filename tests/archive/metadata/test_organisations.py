"""The organisations that are offered: distinct, in order, and with identifiers whose check digits are right."""

from archive.metadata.organisations import organisations

# Crockford's base 32, as ROR uses it, in small letters.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def check_digits(ror: str) -> str:
    """ISO/IEC 7064 MOD 97-10, over the first seven characters as one number."""
    number = 0
    for character in ror[:7]:
        number = number * 32 + ALPHABET.index(character)
    return f"{98 - number * 100 % 97:02d}"


def test_every_identifier_is_whole_and_stands_once():
    known = organisations()
    assert len(known) > 150
    assert all(place.ror[7:] == check_digits(place.ror) for place in known)
    assert len({place.ror for place in known}) == len({place.name for place in known}) == len(known)
    assert [place.name for place in known] == [place.name.strip() for place in known]
