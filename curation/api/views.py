"""The curation's API: candidates and their moves for those concerned, labels and decisions for everybody."""

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
from curation.selectors import candidates, coverage, labels
from curation.selectors.people import is_team
from curation.services import acting, deciding, moving, nominating
from curation.workflow import DECISIONS, Action, CandidateState


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


def _do(candidate: Candidate, actor: User, given: dict[str, Any]) -> None:
    action, reason = Action(given["action"]), given["reason"]
    in_review = candidate.state == CandidateState.IN_REVIEW
    if action in DECISIONS and (action is not Action.DECLINE or in_review):
        deciding.decide(
            candidate=candidate, actor=actor, outcome=action, rationale=reason, deviation=given["deviation"]
        )
    elif action in acting.ABOUT_PEOPLE:
        moving.permit(candidate=candidate, action=action, actor=actor)
        acting.act(candidate=candidate, actor=actor, action=action, person=_person(given))
    elif action in acting.KNOWN:
        acting.act(candidate=candidate, actor=actor, action=action, words=reason)
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

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        self.coverage = coverage.coverage([label.dataset_id for label in page or []])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "coverage": getattr(self, "coverage", {})}

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
