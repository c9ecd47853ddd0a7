"""The criteria and what scores amount to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import criteria
from curation.criteria import Agreement, Outcome, assess

KEYS = criteria.CURRENT.keys


def scores(*values: int) -> dict[str, int]:
    return dict(zip(KEYS, values, strict=True))


@pytest.mark.parametrize("version", criteria.VERSIONS.values(), ids=lambda one: f"version {one.version}")
def test_every_version_asks_three_questions_and_says_what_each_score_means(version):
    assert len(version.criteria) == 3
    for criterion in version.criteria:
        assert set(criterion.meanings) == set(criteria.SCORES)
        assert criterion.question.endswith("?")
        assert criterion.evidence


@pytest.mark.parametrize(
    ("reviews", "outcome"),
    [
        pytest.param([], Outcome.INCOMPLETE, id="no review"),
        pytest.param([(3, 3, 3)], Outcome.INCOMPLETE, id="one review"),
        pytest.param([(2, 2, 2), (2, 2, 2)], Outcome.ACCEPT, id="just met by both"),
        pytest.param([(3, 2, 3), (2, 3, 2)], Outcome.ACCEPT, id="met, one apart"),
        pytest.param([(1, 3, 3), (1, 3, 3)], Outcome.DECLINE, id="both below in one"),
        pytest.param([(0, 3, 3), (1, 3, 3)], Outcome.DECLINE, id="both below, one apart"),
        pytest.param([(1, 3, 3), (2, 3, 3)], Outcome.THIRD_NEEDED, id="on both sides of 2"),
        pytest.param([(3, 3, 3), (1, 3, 3)], Outcome.THIRD_NEEDED, id="two apart"),
        pytest.param([(0, 3, 3), (2, 3, 3)], Outcome.THIRD_NEEDED, id="two apart, up to 2"),
        pytest.param([(1, 3, 0), (2, 3, 1)], Outcome.THIRD_NEEDED, id="split in one, failed in another"),
        pytest.param([(1, 3, 3), (2, 3, 3), (2, 2, 2)], Outcome.ACCEPT, id="the third agrees with the higher"),
        pytest.param([(1, 3, 3), (2, 3, 3), (1, 3, 3)], Outcome.DECLINE, id="the third agrees with the lower"),
    ],
)
def test_scores_lead_to(reviews, outcome):
    assert assess([scores(*values) for values in reviews]).outcome is outcome


def test_points_are_counted_of_the_most_possible():
    found = assess([scores(3, 2, 3), scores(3, 2, 2)])
    assert (found.points, found.most, found.reviews) == (15, 18, 2)
    assert [(result.points, result.most) for result in found.results] == [(6, 6), (4, 6), (5, 6)]


def test_the_sentence_names_where_reviewers_differ_and_what_to_do():
    found = assess([scores(3, 1, 3), scores(3, 3, 3)])
    assert "Interpretable by outsiders" in found.sentence
    assert "third reviewer" in found.sentence
    assert [result.agreement for result in found.results] == [Agreement.MET, Agreement.SPLIT, Agreement.MET]


@pytest.mark.parametrize(
    "given_scores",
    [{}, {"interpretable": 2}, scores(4, 2, 2), scores(-1, 2, 2), scores(2, 2, 2) | {"beauty": 3}],
    ids=["empty", "one criterion", "above 3", "below 0", "a criterion of one's own"],
)
def test_scores_that_cannot_be_are_refused(given_scores):
    with pytest.raises(ValueError, match="from 0 to 3"):
        assess([given_scores])


whole = st.lists(st.tuples(*[st.sampled_from(criteria.SCORES)] * 3).map(lambda t: scores(*t)), min_size=2, max_size=3)


@given(whole)
def test_nothing_is_accepted_that_most_reviewers_find_not_met(reviews):
    if assess(reviews).outcome is Outcome.ACCEPT:
        for key in KEYS:
            met = sum(review[key] >= criteria.MET for review in reviews)
            assert met == 2 if len(reviews) == 2 else met >= 2


@given(whole)
def test_the_order_of_reviews_does_not_matter(reviews):
    assert assess(reviews).outcome is assess(list(reversed(reviews))).outcome


@given(whole)
def test_a_third_is_asked_only_of_two(reviews):
    if assess(reviews).outcome is Outcome.THIRD_NEEDED:
        assert len(reviews) == 2
