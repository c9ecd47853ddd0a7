"""What a deposit says of itself: REMBI templates that are data, and what is derived from them. Pure: no Django here.

A template (YAML) gives the form, the JSON Schema, the validation and the completeness; nothing else knows the fields.
"""

from .errors import TemplateError, UnknownTemplate
from .loading import TemplateSet, load_templates
from .model import Field, FieldType, Section, Template, Tier, blank_document
from .problems import Code, Problem
from .validation import KnownTerm, TermLookup, validate

__all__ = [
    "Code",
    "Field",
    "FieldType",
    "KnownTerm",
    "Problem",
    "Section",
    "Template",
    "TemplateError",
    "TemplateSet",
    "TermLookup",
    "Tier",
    "UnknownTemplate",
    "blank_document",
    "load_templates",
    "validate",
]
