"""PURE: dates as ISO 8601 to the second, without a zone; what is no date is "", never a guess."""

import re
from datetime import datetime

# ISO 8601 and the colons of TIFF and EXIF; zones and fractions are dropped.
_DATE = re.compile(r"(\d{4})[-:](\d\d)[-:](\d\d)(?:[T ](\d\d:\d\d:\d\d))?")


def date(text: object) -> str:
    """A date as the file writes it; years before 1900 are a writer's empty value."""
    match = _DATE.match(str(text or "").strip())
    if match is None or match[1] < "1900":
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    found = f"{day}T{match[4]}" if match[4] else day
    try:
        datetime.fromisoformat(found)
    except ValueError:
        return ""
    return found
