"""Publications that appeared after the release: beside the immutable versions, added and removed by owners."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class LinkedPublication(models.Model):
    """A paper that belongs to a released dataset. What a version's own document says of one stays there."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="publications")
    doi = models.CharField("DOI", max_length=200, blank=True)
    pmid = models.CharField("PubMed ID", max_length=12, blank=True)
    title = models.CharField(max_length=500, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            # Without one of the two it leads nowhere.
            models.CheckConstraint(condition=~Q(doi="", pmid=""), name="publication_leads_somewhere"),
            # A paper belongs to a dataset once.
            models.UniqueConstraint(fields=["dataset", "doi"], condition=~Q(doi=""), name="publication_once_by_doi"),
            models.UniqueConstraint(fields=["dataset", "pmid"], condition=~Q(pmid=""), name="publication_once_by_pmid"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title or self.doi or f"PMID {self.pmid}"

    @property
    def url(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
