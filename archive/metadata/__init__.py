"""What a deposit says of itself: REMBI templates that are data, and what is derived from them. Pure: no Django here.

A template (YAML) gives the form, the JSON Schema, the validation and the completeness; nothing else knows the fields.

    templates = load_templates(folders_of_the_site)
    template = templates.get(deposit.template_name, deposit.template_version)
    document = to_document(template, dict(request.POST.lists()), base=deposit.metadata)
    problems = validate(template, document, terms)
"""

from .cleaning import clean_document
from .completeness import Completeness, completeness
from .errors import TemplateError, UnknownTemplate, UnusableDocument
from .formdata import pointer_to_name, to_document, to_form
from .loading import TemplateSet, load_templates
from .model import Document, Field, FieldType, Section, Template, Tier, blank_document, is_blank
from .problems import Code, Problem
from .schema import json_schema
from .term_values import FreeTerm, curies_in, free_terms
from .typos import find_typos
from .validation import KnownTerm, TermLookup, validate

__all__ = [
    "Code",
    "Completeness",
    "Document",
    "Field",
    "FieldType",
    "FreeTerm",
    "KnownTerm",
    "Problem",
    "Section",
    "Template",
    "TemplateError",
    "TemplateSet",
    "TermLookup",
    "Tier",
    "UnknownTemplate",
    "UnusableDocument",
    "blank_document",
    "clean_document",
    "completeness",
    "curies_in",
    "find_typos",
    "free_terms",
    "is_blank",
    "json_schema",
    "load_templates",
    "pointer_to_name",
    "to_document",
    "to_form",
    "validate",
]
