"""Studies of other archives as our records: drafts, or released records that hold no bytes of their own.

An imported dataset keeps whose study it is (`Origin`) under a unique constraint, so that importing again finds it. The
same source changes nothing; a changed one updates the draft, or makes the next version. A dataset that people deposited
has no origin and is never touched; an imported one that people edited, or gave files, is left to them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction

from archive import access
from archive.errors import DomainError, FieldProblem, Invalid, WrongState
from archive.interchange.studies import ORIGINS, Study, Unplaced
from archive.interchange.studies.documents import Placing, document, template_for
from archive.metadata import Template, clean_document
from archive.models import Deposition, Imported, Origin, User
from archive.selectors.templates import get_template, template_of
from archive.selectors.terms import terms_of_document
from archive.services import auditing, depositing, releasing
from archive.services.listings import Listing, drop_listing, written_listing
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, DepositionState

_LONGEST_IDENTIFIER = Origin._meta.get_field("identifier").max_length


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    NEXT_VERSION = "next version"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Outcome:
    """What an import did, and the report of it: field → value, and what found no field."""

    accession: str
    origin: str
    identifier: str
    change: Change
    state: str
    version: int
    placed: tuple[tuple[str, str], ...]
    unplaced: tuple[Unplaced, ...]
    listed: int


@dataclass(frozen=True)
class _Brought:
    """All that an import would write, with the digest that tells whether it has been written before."""

    study: Study
    template: Template
    placing: Placing
    metadata: dict[str, Any]
    listing: Listing
    digest: str

    @property
    def placed_beside(self) -> tuple[tuple[str, str], ...]:
        """What stands beside the document: of the origin itself."""
        study, counts = self.study, self.counts
        rows = {
            "origin.url": study.url,
            "origin.released_on": study.release_date,
            "origin.file_count": counts["file_count"],
            "origin.byte_count": counts["byte_count"],
            "origin.listed_files": self.listing.count or None,
        }
        return tuple((name, str(value)) for name, value in rows.items() if value not in (None, ""))

    @property
    def counts(self) -> dict[str, int | None]:
        """As the source states them, or as its list of files says."""
        study, listing = self.study, self.listing
        return {
            "file_count": study.file_count if study.file_count is not None else (listing.count or None),
            "byte_count": study.byte_count if study.byte_count is not None else listing.byte_count,
        }

    @property
    def attributes(self) -> list[dict[str, str]]:
        rows = (asdict(row) for row in self.placing.unplaced)
        return [{k: v for k, v in row.items() if k != "understood" and v} for row in rows]


def import_study(*, study: Study, user: User, release: bool = False) -> Outcome:
    """Make it a draft of `user`, or with `release` a public record. Raises BadStudy for a file list that breaks off."""
    if len(study.identifier) > _LONGEST_IDENTIFIER:
        sentence = f"The identifier is longer than {_LONGEST_IDENTIFIER} characters. Shorten it at its source."
        raise Invalid(sentence, [FieldProblem("/identifier", sentence)])
    origin = Origin.objects.filter(archive=study.origin, identifier=study.identifier).select_related("dataset").first()
    latest = origin.dataset.depositions.order_by("-number", "-pk").first() if origin else None
    template = template_of(latest) if latest else get_template(template_for(study))
    with written_listing(study.files()) as listing:
        brought = _bring(study, template, listing)
        if origin is None or latest is None:
            deposition, change = _create(brought, user), Change.CREATED
        else:
            deposition, change = _again(brought, latest, user)
    if release and deposition.state == DepositionState.DRAFT:
        releasing.release_imported(deposition=deposition, user=user, change_note=_note(deposition, study))
        deposition.refresh_from_db()
    return Outcome(
        accession=deposition.dataset.accession,
        origin=study.origin,
        identifier=study.identifier,
        change=change,
        state=deposition.state,
        version=deposition.number,
        placed=(*brought.placing.placed, *brought.placed_beside),
        unplaced=brought.placing.unplaced,
        listed=brought.listing.count,
    )


def _note(deposition: Deposition, study: Study) -> str:
    name = ORIGINS.get(study.origin, study.origin)
    return f"The record in {name} changed." if deposition.is_later_version else f"Imported from {name}."


def _bring(study: Study, template: Template, listing: Listing) -> _Brought:
    placing = document(study, template, terms_of_document({}).named)
    metadata = clean_document(template, placing.document)
    content = {
        "metadata": metadata,
        "unplaced": [asdict(row) for row in placing.unplaced],
        "url": study.url,
        "released": study.release_date,
        "counts": [study.file_count, study.byte_count],
        "listing": listing.digest,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return _Brought(study, template, placing, metadata, listing, digest)


def _create(brought: _Brought, user: User) -> Deposition:
    study = brought.study
    key = brought.listing.store()
    try:
        with transaction.atomic():
            deposition = depositing.start_deposition(
                user=user,
                template=brought.template.name,
                metadata=brought.metadata,
                source_identifiers=[_own_identifier(study)],
            )
            where = {"archive": study.origin, "identifier": study.identifier}
            Origin.objects.create(dataset=deposition.dataset, **where, **_origin_values(study))
            _write(brought, deposition, key, user)
    except IntegrityError as error:
        drop_listing(key)
        raise WrongState(f"{study.identifier} is being imported by somebody else at this moment. Try again.") from error
    return deposition


def _origin_values(study: Study) -> dict[str, Any]:
    return {"url": study.url[:2000], "released_on": study.release_date or None}


def _own_identifier(study: Study) -> dict[str, str]:
    scheme = ORIGINS.get(study.origin, study.origin)
    return {"scheme": scheme, "value": study.identifier, "url": study.url}


def _again(brought: _Brought, latest: Deposition, user: User) -> tuple[Deposition, Change]:
    """The dataset is here: leave it, write into its draft, or begin its next version."""
    access.require_role(user, latest.dataset, EDITING_ROLES)
    imported = Imported.objects.filter(deposition=latest).first()
    if imported is not None and imported.digest == brought.digest:
        return latest, Change.UNCHANGED
    _require_untouched(latest, imported)
    key = imported.listing_key if imported.listing_digest == brought.listing.digest else brought.listing.store()
    try:
        with transaction.atomic():
            is_draft = latest.state in EDITABLE_DEPOSITIONS
            deposition = latest if is_draft else depositing.start_new_version(dataset=latest.dataset, user=user)
            depositing.save_metadata(
                deposition=deposition, user=user, revision=deposition.revision, document=brought.metadata
            )
            _write(brought, deposition, key, user)
            Origin.objects.filter(dataset=deposition.dataset).update(**_origin_values(brought.study))
            if is_draft and key != imported.listing_key:
                transaction.on_commit(lambda: drop_listing(imported.listing_key) if _is_unused(imported) else None)
    except DomainError:
        if key != imported.listing_key:
            drop_listing(key)
        raise
    return deposition, Change.UPDATED if is_draft else Change.NEXT_VERSION


def _is_unused(imported: Imported) -> bool:
    """Whether no version lists by this object: a draft begun from a release shares that one's."""
    return not Imported.objects.filter(listing_key=imported.listing_key).exists()


def _require_untouched(latest: Deposition, imported: Imported | None) -> None:
    """Whatever people did to an imported dataset is theirs."""
    dataset = latest.dataset
    name = dataset.accession
    if dataset.is_retracted:
        raise WrongState(f"{name} was retracted, so that its source is not read any more.")
    if latest.state == DepositionState.WITHDRAWN:
        raise WrongState(f"The draft of {name} was given up here, so that its source is not read any more.")
    if imported is None or imported.revision != latest.revision or dataset.files.exists():
        raise WrongState(f"{name} was edited or given files here. Nothing was changed; carry the news over by hand.")
    if latest.state not in (*EDITABLE_DEPOSITIONS, DepositionState.RELEASED):
        raise WrongState(f"{name} was handed in here. Nothing was changed; import again once it is released.")


def _write(brought: _Brought, deposition: Deposition, key: str, user: User) -> None:
    study, listing = brought.study, brought.listing
    deposition.refresh_from_db()
    values: Mapping[str, Any] = {
        "digest": brought.digest,
        "revision": deposition.revision,
        **brought.counts,
        "listing_key": key,
        "listing_digest": listing.digest,
        "listed_count": listing.count,
        "attributes": brought.attributes,
    }
    Imported.objects.update_or_create(deposition=deposition, defaults=values)
    auditing.record(
        dataset=deposition.dataset,
        action="dataset.import",
        actor=user,
        subject=f"version {deposition.number}",
        data={
            "origin": study.origin,
            "identifier": study.identifier,
            "digest": brought.digest,
            "listed_files": listing.count,
        },
    )
