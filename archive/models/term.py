"""Terms of the local ontologies as `load_terms` read them, how they are found by name, and what is no term yet.

Ranges over `key` and `word` find beginnings: they are bytes, because bytes are in the same order in every database,
whatever its collation is.
"""

from django.db import models

from archive.terms.model import Scope


class Vocabulary(models.Model):
    """A loaded ontology; `name` is the prefix of its CURIEs."""

    name = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=60)
    licence = models.CharField(max_length=60)
    homepage = models.URLField(max_length=500)
    # Whether all of its terms are here, so that one that is missing is wrong.
    is_complete = models.BooleanField()
    term_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "vocabularies"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Term(models.Model):
    """An ontology term: CURIE, label, synonyms, ancestors, source version."""

    curie = models.CharField(max_length=60, unique=True)
    ontology = models.CharField(max_length=30, db_index=True)
    version = models.CharField(max_length=60)
    label = models.CharField(max_length=500, db_index=True)
    # [{scope, text}]
    synonyms = models.JSONField(default=list)
    # [{relation, curie}], is_a first.
    parents = models.JSONField(default=list)
    # Every ancestor's CURIE, nearest first.
    ancestors = models.JSONField(default=list)
    definition = models.TextField(blank=True)
    rank = models.CharField(max_length=40, blank=True)
    is_obsolete = models.BooleanField(default=False)
    replaced_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.label} ({self.curie})"


class TermName(models.Model):
    """A label or synonym of a term that is not obsolete."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="names")
    ontology = models.CharField(max_length=30)
    text = models.CharField(max_length=500)
    scope = models.CharField(max_length=12, choices=[(scope, scope) for scope in Scope])
    key = models.BinaryField()
    # How good a suggestion it is among all names that fit as well, the smaller the better (archive.terms.ranking).
    standing = models.PositiveIntegerField()
    # Its place among the names of its ontology in that order: what `TermWord.names` holds.
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # The numbers in TermWord lead to one name each.
            models.UniqueConstraint(fields=["ontology", "number"], name="term_name_number_once"),
        ]
        indexes = [
            models.Index(fields=["ontology", "key", "standing"], name="term_name_by_beginning"),
        ]

    def __str__(self) -> str:
        return self.text


class TermWord(models.Model):
    """A word of names, and the numbers of those names, packed (archive.terms.postings)."""

    ontology = models.CharField(max_length=30)
    word = models.BinaryField()
    names = models.BinaryField()

    class Meta:
        constraints = [
            # All names of a word are in one row; its index is the one that is searched.
            models.UniqueConstraint(fields=["ontology", "word"], name="term_word_once"),
        ]

    def __str__(self) -> str:
        return bytes(self.word).decode()


class FreeTerm(models.Model):
    """What stands in a released version's term field and is no term: for curators to look at."""

    version = models.ForeignKey("archive.Version", models.CASCADE, related_name="free_terms")
    # section.field
    field = models.CharField(max_length=130)
    text = models.CharField(max_length=500)
    # Spellings with the same key are the same words (archive.terms.words).
    key = models.CharField(max_length=500)

    class Meta:
        constraints = [
            # A version says a thing once, however many samples have it.
            models.UniqueConstraint(fields=["version", "field", "key"], name="free_term_once_a_version"),
        ]
        indexes = [
            models.Index(fields=["field", "key"], name="free_term_by_words"),
        ]

    def __str__(self) -> str:
        return self.text
