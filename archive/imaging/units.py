"""PURE: lengths to µm, wavelengths to nm, times to s. A unit that is no length or time gives None, never a guess."""

import math

NO_BREAK_SPACE = "\u00a0"
# Below this many µm a length is said in nm, from this many on in mm.
SMALLEST_UM = 0.1
LARGEST_UM = 1000

_METRES = {
    "m": 1.0, "metre": 1.0, "meter": 1.0,
    "dm": 1e-1, "decimeter": 1e-1,
    "cm": 1e-2, "centimeter": 1e-2, "centimetre": 1e-2,
    "mm": 1e-3, "millimeter": 1e-3, "millimetre": 1e-3,
    "um": 1e-6, "micron": 1e-6, "microns": 1e-6, "micrometer": 1e-6, "micrometre": 1e-6, "micrometers": 1e-6,
    "nm": 1e-9, "nanometer": 1e-9, "nanometre": 1e-9, "nanometers": 1e-9,
    "pm": 1e-12, "picometer": 1e-12,
    "å": 1e-10, "a": 1e-10, "angstrom": 1e-10,
    "in": 0.0254, "inch": 0.0254, "inches": 0.0254,
    "km": 1e3, "kilometer": 1e3,
}  # fmt: skip
_SECONDS = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "microsecond": 1e-6, "ns": 1e-9, "nanosecond": 1e-9,
    "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0, "d": 86400.0, "day": 86400.0,
}  # fmt: skip


def _factor(table: dict[str, float], unit: str) -> float | None:
    # ImageJ writes the micro sign as an escape; both Unicode letters for it are in use.
    plain = unit.strip().replace("\\u00B5", "u").replace("\u00b5", "u").replace("\u03bc", "u")
    return table.get(plain.lower().replace("\u212b", "å"))


def number(value: object) -> float | None:
    """A finite number, or None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def _scaled(value: object, factor: float | None, target: float) -> float | None:
    amount = number(value)
    if amount is None or factor is None or amount <= 0:
        return None
    result = amount if factor == target else amount * (factor / target)
    return result if math.isfinite(result) else None


def micrometres(value: object, unit: str) -> float | None:
    """A length in µm; None when the unit is no length or the value is not above zero."""
    return _scaled(value, _factor(_METRES, unit), 1e-6)


def said_length(micrometres: float) -> str:
    """A length in µm as a reader would say it: 65 nm, 0.16 µm, 4.2 mm."""
    number, unit = (micrometres * 1000, "nm") if micrometres < SMALLEST_UM else (micrometres, "µm")
    if micrometres >= LARGEST_UM:
        number, unit = micrometres / 1000, "mm"
    # Three significant digits, without zeros that say nothing: 65, 0.5, 1,230.
    digits = f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
    return f"{digits}{NO_BREAK_SPACE}{unit}"


def round_length(most: float) -> float:
    """The longest round length (1, 2 or 5 times a power of ten) of at most so many µm; 0 where there is none."""
    steps = [base * 10**power for power in range(-4, 5) for base in (1, 2, 5)]
    return max((step for step in steps if step <= most), default=0)


def nanometres(value: object, unit: str) -> float | None:
    return _scaled(value, _factor(_METRES, unit), 1e-9)


def seconds(value: object, unit: str) -> float | None:
    return _scaled(value, _factor(_SECONDS, unit), 1.0)
