"""PURE: lookup tables, which give a channel's values a run of colours where a plain colour gives shades of one.

Written as colours at equal steps, between which each part (red, green, blue) is linear: what a CSS gradient draws too,
so that a page can show the scale of a picture exactly.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LookupTable:
    """`stops` are RRGGBB, from what is drawn darkest to what is drawn brightest."""

    name: str
    label: str
    stops: tuple[str, ...]


def _table(name: str, label: str, stops: str) -> LookupTable:
    return LookupTable(name, label, tuple(stops.split()))


TABLES = (
    _table("inverted", "Inverted grey", "FFFFFF 000000"),
    # S. van der Walt and N. Smith, 2015 (CC0): even steps of lightness.
    _table(
        "viridis",
        "Viridis",
        "440154 470D60 48186A 482374 472D7B 453781 424086 3E4989 3B528B 375B8D 33638D 2F6B8E 2C728E 297A8E 26828E "
        "23898E 21918C 1F978B 1F9F88 21A685 27AD81 31B57B 3DBC74 4CC26C 5CC863 6ECE58 81D34D 95D840 AADC32 C0DF25 "
        "D5E21A EAE51A FDE725",
    ),
    _table(
        "magma",
        "Magma",
        "000004 030312 0A0822 130D34 1D1147 29115A 36106B 440F76 51127C 5D177F 6A1C81 762181 832681 902A81 9C2E7F "
        "AA337D B73779 C23B75 CF4070 DB476A E55064 EE5B5E F4695C F9785D FB8761 FD9668 FEA571 FEB47B FEC287 FED194 "
        "FDE0A1 FCEEB0 FCFDBF",
    ),
    # Nuñez, Anderton and Renslow, PLoS ONE 13:e0199239 (2018): the same to readers who do not tell red from green.
    _table(
        "cividis",
        "Cividis",
        "00224E 00285B 002E6A 053371 1A386F 273E6E 32436D 3B496C 434E6C 4B546C 535A6D 5A5F6E 61656F 686A71 6F7073 "
        "767676 7D7C78 838179 8B8778 928D78 9A9376 A29975 AAA073 B3A670 BBAD6D C3B369 CCBA64 D4C15F DDC858 E6D051 "
        "EFD748 F8DF3C FEE838",
    ),
    # The tables that ImageJ has under these names (public domain).
    _table(
        "fire",
        "Fire",
        "000000 00003B 01005E 17007F 2E00A1 4600BC 5E00D7 7500E2 8D00D6 9E00BC AA009F B50083 BF0067 CB094A D51B2E "
        "E03011 EB4502 F55800 FD6B00 FF7B00 FF8A00 FF9700 FFA500 FFB300 FFC100 FFD000 FFDD00 FFEC05 FFF92A FFFF67 "
        "FFFFA3 FFFFE0 FFFFFF",
    ),
    _table(
        "ice",
        "Ice",
        "009C8C 00A593 00AF9D 00B7A5 00BDAA 00C3AF 10C1CC 1BBADA 2DAEE7 30A4E3 4696E9 6683F3 7F71F9 9562FB AF56FA "
        "C355FA D25AF7 DE5EEF EA60E6 F55EE3 FA5DD7 FA5CC3 FA59AF FA519E FB448A FA3E79 FA3571 FA2D68 FA215D FB1152 "
        "FB003E F3041A E6001B",
    ),
)
BY_NAME = {table.name: table for table in TABLES}
