"""The curation's API: candidates and their moves for those concerned, labels and decisions for everybody."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive import access
from archive.api.permissions import TokenScopes
from archive.errors import FieldProblem, Invalid
from archive.models import Dataset, User
from archive.states import TokenScope
from curation.api import serializers
from curation.labels import LabelKind
from curation.models import Candidate
from curation.selectors import candidates, labels
from curation.selectors.people import is_team
from curation.services import deciding, moving, nominating, reviewing
from curation.workflow import Action, CandidateState


class TokenMayCurate(TokenScopes):
    """`read` to look, `curate` to change."""

    scope = TokenScope.CURATE


class CandidateList(ListAPIView):
    """Candidates that you may know of, newest first; POST nominates a public dataset as reference images."""

    permission_classes = [IsAuthenticated, TokenMayCurate]
    serializer_class = serializers.CandidateSerializer

    def get_queryset(self):
        found = Candidate.objects.select_related("dataset")
        if not is_team(self.request.user):
            found = candidates.concerning(found, self.request.user)
        state = self.request.query_params.get("state", "")
        if state and state not in list(CandidateState):
            raise Invalid(
                "This state is not known.", [FieldProblem("/state", f"Choose one of: {', '.join(CandidateState)}.")]
            )
        return found.filter(state=state) if state else found

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=[str(state) for state in CandidateState])])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=serializers.NominationSerializer, responses={201: serializers.CandidateSerializer})
    def post(self, request: Request) -> Response:
        given = serializers.NominationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        dataset = access.get_visible(Dataset.objects.all(), request.user, accession=values.pop("dataset"))
        candidate = nominating.nominate(dataset=dataset, actor=request.user, **values)
        return Response(serializers.CandidateSerializer(candidate).data, status=status.HTTP_201_CREATED)


class CandidateDetail(APIView):
    """One candidate."""

    permission_classes = [IsAuthenticated, TokenMayCurate]

    @extend_schema(responses=serializers.CandidateSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(serializers.CandidateSerializer(candidates.get_candidate(pk, request.user)).data)


class CandidateMoves(APIView):
    """The history of a candidate; POST does one action of the transition table.

    Reviews are written on their page; everything else of the table can be done here.
    """

    permission_classes = [IsAuthenticated, TokenMayCurate]

    @extend_schema(responses=serializers.MoveSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        candidate = candidates.get_candidate(pk, request.user)
        history = candidates.history(candidate, request.user)
        return Response(serializers.MoveSerializer(history, many=True).data)

    @extend_schema(request=serializers.NewMoveSerializer, responses=serializers.CandidateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        candidate = candidates.get_candidate(pk, request.user)
        given = serializers.NewMoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        _do(candidate, request.user, given.validated_data)
        candidate.refresh_from_db()
        return Response(serializers.CandidateSerializer(candidate).data)


# What takes a reason under the name `reason`, what takes none, and what is about a person.
_WITH_REASON: dict[Action, Callable[..., Any]] = {
    Action.RESUME: reviewing.resume,
    Action.REVOKE: deciding.revoke,
    Action.APPEAL: deciding.appeal,
}
_WITH_NOTE: dict[Action, Callable[..., Any]] = {
    Action.TRIAGE: nominating.triage,
    Action.START_REVIEW: reviewing.start_review,
}
_PLAIN: dict[Action, Callable[..., Any]] = {Action.CLAIM: nominating.claim, Action.RELEASE: nominating.release}


def _do(candidate: Candidate, actor: User, given: dict[str, Any]) -> None:
    action, reason = Action(given["action"]), given["reason"]
    if action in _WITH_REASON:
        _WITH_REASON[action](candidate=candidate, actor=actor, reason=reason)
    elif action in _WITH_NOTE:
        _WITH_NOTE[action](candidate=candidate, actor=actor, note=reason)
    elif action in _PLAIN:
        _PLAIN[action](candidate=candidate, actor=actor)
    elif action is Action.INVITE:
        moving.require(candidate=candidate, action=action, actor=actor)
        reviewing.invite(candidate=candidate, actor=actor, reviewer=_person(given))
    elif action is Action.ASSIGN:
        moving.require(candidate=candidate, action=action, actor=actor)
        nominating.assign(candidate=candidate, actor=actor, to=_person(given))
    elif action is Action.DECLINE and candidate.state != CandidateState.IN_REVIEW:
        deciding.decline_early(candidate=candidate, actor=actor, reason=reason)
    elif action in (Action.ACCEPT, Action.DECLINE, Action.DEFER):
        deciding.decide(
            candidate=candidate, actor=actor, outcome=action, rationale=reason, deviation=given["deviation"]
        )
    else:
        raise Invalid(
            "This is not done here.", [FieldProblem("/action", "Nominate by POST to candidates/; review on the page.")]
        )


def _person(given: dict[str, Any]) -> User:
    person = User.objects.filter(email__iexact=given.get("person", ""), is_active=True).first()
    if person is None:
        raise Invalid(
            "This action is about a person.",
            [FieldProblem("/person", "Give the e-mail address of a reviewer or curator of this portal.")],
        )
    return person


class LabelList(ListAPIView):
    """The labels that public datasets wear, each with its evidence."""

    permission_classes = [IsAuthenticatedOrReadOnly, TokenMayCurate]
    serializer_class = serializers.LabelSerializer

    def get_queryset(self):
        kind = self.request.query_params.get("kind", "")
        if kind and kind not in list(LabelKind):
            raise Invalid(
                "This label is not known.", [FieldProblem("/kind", f"Choose one of: {', '.join(LabelKind)}.")]
            )
        return labels.wearing(self.request.user, LabelKind(kind) if kind else None)

    @extend_schema(parameters=[OpenApiParameter("kind", str, enum=[str(kind) for kind in LabelKind])])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class DecisionList(ListAPIView):
    """Every public decision."""

    permission_classes = [IsAuthenticatedOrReadOnly, TokenMayCurate]
    serializer_class = serializers.DecisionSerializer

    def get_queryset(self):
        return labels.decisions(self.request.user)


class DecisionDetail(APIView):
    """One decision with its scores; reviewers by name only where they agreed."""

    permission_classes = [IsAuthenticatedOrReadOnly, TokenMayCurate]

    @extend_schema(responses=serializers.DecisionDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        decision = labels.get_decision(pk, request.user)
        found = labels.scores_of(labels.reviews_of(decision), decision.criteria_version)
        scores = [{"reviewer": one.name, "scores": one.review.scores_by_criterion()} for one in found.reviews]
        return Response({**serializers.DecisionSerializer(decision).data, "scores": scores})
