"""Metadata documents as tests need them."""

from typing import Any


def complete_document(**study: Any) -> dict[str, Any]:
    """A document of the default template with everything that is required; `study` fields may be replaced."""
    return {
        "study": {
            "title": "Mitosis in HeLa cells",
            "description": "Live imaging of chromosome segregation in dividing cells.",
            "human_material": "no",
            "licence": "CC0-1.0",
            "authors": [{"name": "Ada Lovelace", "orcid": "0000-0002-1825-0097"}],
            **study,
        },
        "biosample": {
            "organism": [{"curie": "NCBITaxon:9606", "label": "Homo sapiens"}],
            "description": "HeLa Kyoto cells.",
        },
        "acquisition": {"imaging_method": [{"curie": "FBbi:00000246", "label": "fluorescence microscopy"}]},
    }
