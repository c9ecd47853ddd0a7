"""Terms of the local ontologies, as `load_terms` read them."""

from django.db import models


class Term(models.Model):
    """An ontology term: CURIE, label, synonyms, ancestors, source version."""

    curie = models.CharField(max_length=60, unique=True)
    ontology = models.CharField(max_length=30, db_index=True)
    version = models.CharField(max_length=60)
    label = models.CharField(max_length=500, db_index=True)
    # [{scope, text}]
    synonyms = models.JSONField(default=list)
    # Every ancestor's CURIE, nearest first.
    ancestors = models.JSONField(default=list)
    definition = models.TextField(blank=True)
    rank = models.CharField(max_length=40, blank=True)
    is_obsolete = models.BooleanField(default=False)
    replaced_by = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.label} ({self.curie})"
