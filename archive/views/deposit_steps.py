"""The five steps of a deposition as pages draw them: done, now, or to come."""

from dataclasses import dataclass

from archive.models import Deposition
from archive.states import DepositionState

_STEPS = (
    ("Draft", (DepositionState.DRAFT,)),
    ("Submitted", (DepositionState.SUBMITTED,)),
    ("Checked", (DepositionState.PROCESSING, DepositionState.NEEDS_CHANGES)),
    ("Ready", (DepositionState.READY,)),
    ("Released", (DepositionState.RELEASED,)),
)


@dataclass(frozen=True)
class Step:
    label: str
    kind: str


def steps_of(deposition: Deposition) -> list[Step]:
    """None is current for a withdrawn deposition."""
    now = next((at for at, (_, states) in enumerate(_STEPS) if deposition.state in states), -1)
    is_done = deposition.state == DepositionState.RELEASED
    return [
        Step(label, "done" if at < now or (is_done and at == now) else "now" if at == now else "")
        for at, (label, _) in enumerate(_STEPS)
    ]
