"""The transition table: complete, and the only way in which a candidate moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import diagram, workflow
from curation.errors import MoveNotPossible, ReasonMissing, RoleMissing
from curation.workflow import Action, CandidateState, Role

# What the paper trail of the design asks for, written down apart from the table.
EXPECTED = {
    (None, "nominated"),
    ("nominated", "triaged"),
    ("nominated", "declined"),
    ("triaged", "declined"),
    ("triaged", "in-review"),
    ("in-review", "accepted"),
    ("in-review", "declined"),
    ("in-review", "deferred"),
    ("deferred", "in-review"),
    ("accepted", "revoked"),
    ("accepted", "in-review"),
    ("declined", "in-review"),
    ("revoked", "in-review"),
}


def test_the_table_has_the_arrows_of_the_design_and_no_other():
    assert {(move.source, str(move.to)) for move in workflow.TABLE if move.to} == EXPECTED


def test_an_action_from_a_state_is_one_row():
    starts = [(move.action, move.source) for move in workflow.TABLE]
    assert len(starts) == len(set(starts))


def test_every_word_that_a_page_needs_is_there():
    assert set(workflow.WORDS) == set(Action)
    assert set(workflow.STATE_WORDS) == set(CandidateState)
    assert set(workflow.ROLE_WORDS) == set(Role)


def test_every_state_can_be_reached():
    reached, before = {None}, set()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in workflow.TABLE if move.source in reached}
    assert reached == {None, *CandidateState}


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DECLINE, Action.DEFER, Action.REVOKE, Action.APPEAL])
def test_decisions_and_appeals_need_a_reason(action):
    for move in workflow.TABLE:
        if move.action is action:
            assert move.needs_reason


def test_only_editors_decide_what_was_reviewed():
    for move in workflow.moves_from(CandidateState.IN_REVIEW):
        if move.to is not None:
            assert move.roles == {Role.EDITOR}


@given(
    st.sampled_from(Action),
    st.sampled_from([None, *CandidateState]),
    st.frozensets(st.sampled_from(Role)),
    st.sampled_from(["", "  ", "Because.", "Because every border is visible."]),
)
def test_check_lets_through_exactly_what_a_row_allows(action, source, roles, reason):
    move = workflow.find(action, source)
    try:
        allowed = workflow.check(action, source, roles, reason)
    except MoveNotPossible:
        assert move is None
    except RoleMissing as error:
        assert not move.roles & roles
        assert "Ask one of them" in str(error)
    except ReasonMissing as error:
        assert move.needs_reason and not workflow.is_sentence(reason)
        assert error.problems[0].pointer == "/reason"
    else:
        assert allowed is move
        assert (allowed.action, allowed.source) == (action, source)


def test_moves_for_roles_are_a_part_of_all_moves():
    for state in CandidateState:
        for role in Role:
            assert set(workflow.moves_from(state, [role])) <= set(workflow.moves_from(state))


def test_the_diagram_draws_every_arrow_and_says_it_in_words():
    drawn = diagram.draw()
    assert {box.state for box in drawn.boxes} == set(CandidateState)
    assert len(drawn.arrows) == len(EXPECTED) == len(drawn.sentences)
    spoken = " ".join(drawn.sentences)
    for move in workflow.TABLE:
        if move.to:
            assert str(move.action).replace("-", " ") in spoken


def test_the_diagram_stays_inside_its_frame():
    drawn = diagram.draw()
    for box in drawn.boxes:
        assert box.left >= 0 and box.left + drawn.box_width <= drawn.width
        assert box.top >= 0 and box.top + drawn.box_height <= drawn.height
    for arrow in drawn.arrows:
        for x, y, word in arrow.words:
            assert 0 <= x <= drawn.width and 0 < y < drawn.height, word


def test_the_table_for_people_names_every_row():
    assert sum(len(row["sources"]) for row in diagram.rows()) == len(workflow.TABLE)
