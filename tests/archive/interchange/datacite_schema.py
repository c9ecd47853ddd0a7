"""DataCite's JSON Schema 4.5, with the formats that it names (dates are any of ISO 8601 down to a year)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft201909Validator, FormatChecker

PATH = Path(__file__).resolve().parents[2] / "data" / "schemas" / "datacite-4.5" / "datacite-v4.5.json"


@cache
def validator() -> Draft201909Validator:
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    Draft201909Validator.check_schema(schema)
    return Draft201909Validator(schema, format_checker=FormatChecker())


def faults(attributes: Any) -> list[str]:
    """One line for each part that the schema does not take."""
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(attributes)]
