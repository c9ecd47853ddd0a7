"""The nouns of the curation, one file each."""

from curation.models.candidate import Candidate, CurationMove
from curation.models.decision import Decision
from curation.models.label import Label
from curation.models.notice import Notice
from curation.models.review import Review, Score

__all__ = ["Candidate", "CurationMove", "Decision", "Label", "Notice", "Review", "Score"]
