"""What curators did with a dataset of the demonstration, done through curation's services. Needs that app installed."""

from collections.abc import Mapping

from archive.models import Dataset, User
from curation.models import Candidate
from curation.models.review import Recommendation
from curation.services import deciding, nominating, reviewing
from curation.services.reviewing import Answer, Judgement
from curation.workflow import Action
from portal.demo import CurationState, DemoDataset, DemoReview

_REACHED = (CurationState.NOMINATED, CurationState.IN_REVIEW, CurationState.REFERENCE)


def review_dataset(dataset: DemoDataset, record: Dataset, accounts: Mapping[str, User]) -> None:
    """Nominate, review and decide, as far as the demonstration says; nothing when that was done before."""
    curation = dataset.curation
    if curation.state not in _REACHED or Candidate.objects.filter(dataset=record).exists():
        return
    candidate = nominating.nominate(dataset=record, actor=accounts["Demo Biologist"], reason=curation.nominate_reason)
    if curation.state is CurationState.NOMINATED:
        return
    curator = accounts["Demo Curator"]
    nominating.triage(candidate=candidate, actor=curator, note="In scope: open images of a published study.")
    reviewers = [accounts["Demo Reviewer One"], accounts["Demo Reviewer Two"]]
    reviewing.start_review(candidate=candidate, actor=curator, reviewers=reviewers)
    for review in curation.reviews:
        _submit(candidate, review, accounts[review.reviewer])
    if curation.decision:
        deciding.decide(
            candidate=candidate,
            actor=accounts["Demo Editor"],
            outcome=Action.ACCEPT,
            rationale=curation.decision["rationale"],
        )


def _submit(candidate: Candidate, review: DemoReview, reviewer: User) -> None:
    reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=False)
    answers = {
        key: Answer(score, review.rationale, (candidate.dataset.get_absolute_url(),))
        for key, score in review.scores.items()
    }
    judgement = Judgement(answers, review.recommendation, review.rationale, may_be_named=True)
    # A review without a recommendation is still being written.
    hand_in = reviewing.submit_review if review.recommendation in list(Recommendation) else reviewing.save_draft
    hand_in(candidate=candidate, actor=reviewer, judgement=judgement)
