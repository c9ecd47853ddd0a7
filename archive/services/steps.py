"""What the portal does to files and images, step by step, for the audit trail: noted at once, chained in batches."""

from collections import defaultdict

from django.db import transaction

from archive.models import MachineStep
from archive.services import auditing

# As many steps as one entry of the chain holds.
BATCH = 500


def note(
    *,
    dataset_id: int,
    action: str,
    subject: str,
    to_state: str,
    from_state: str = "",
    reason: str = "",
    actor_id: int | None = None,
) -> None:
    """To be called in the transaction of the change."""
    MachineStep.objects.create(
        dataset_id=dataset_id,
        actor_id=actor_id,
        action=action,
        subject=subject[-120:],
        from_state=from_state,
        to_state=to_state,
        reason=reason,
    )


def fold_steps(*, most: int = 20 * BATCH) -> int:
    """Chain what was noted, one entry for up to BATCH steps of a dataset and actor; returns the number of entries."""
    groups: dict[tuple[int, int | None], list[MachineStep]] = defaultdict(list)
    waiting = MachineStep.objects.select_related("dataset", "actor").order_by("pk")[:most]
    for step in waiting:
        groups[step.dataset_id, step.actor_id].append(step)
    batches = [steps[at : at + BATCH] for steps in groups.values() for at in range(0, len(steps), BATCH)]
    for batch in batches:
        _fold(batch)
    return len(batches)


@transaction.atomic
def _fold(batch: list[MachineStep]) -> None:
    """Whoever deletes the steps chains them: two sweeps at once make no entry twice."""
    ids = [step.pk for step in batch]
    deleted, _ = MachineStep.objects.filter(pk__in=ids).delete()
    if deleted != len(ids):
        transaction.set_rollback(True)
        return
    steps = [
        {
            "at": step.at.isoformat(),
            "action": step.action,
            "subject": step.subject,
            "from": step.from_state,
            "to": step.to_state,
            **({"reason": step.reason} if step.reason else {}),
        }
        for step in batch
    ]
    first = batch[0]
    auditing.record(
        dataset=first.dataset,
        actor=first.actor,
        action="files.uploaded" if first.actor_id else "files.processed",
        subject=f"{len(batch)} steps",
        data={"steps": steps},
    )
