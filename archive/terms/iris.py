"""PURE: the address of a term, as others link to it."""

# Ontologies of the OBO Foundry share one form; these have their own.
_OTHER = {
    "EFO": "http://www.ebi.ac.uk/efo/EFO_{}",
    "MESH": "http://id.nlm.nih.gov/mesh/{}",
    "Orphanet": "http://www.orpha.net/ORDO/Orphanet_{}",
    "SNOMED": "http://snomed.info/id/{}",
    "Cellosaurus": "https://www.cellosaurus.org/{}",
    "edam": "http://edamontology.org/{}",
}
_OBO = "http://purl.obolibrary.org/obo/{}_{}"


def iri(curie: str) -> str:
    """Empty for what is no CURIE."""
    prefix, colon, local = curie.partition(":")
    if not (prefix and colon and local) or " " in curie:
        return ""
    other = next((form for name, form in _OTHER.items() if name.casefold() == prefix.casefold()), "")
    return other.format(local) if other else _OBO.format(prefix, local)
