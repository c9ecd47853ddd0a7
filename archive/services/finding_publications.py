"""A publication by its DOI or PubMed ID, from Europe PMC, Crossref and DataCite, so that nobody types it again.

Services that are down or slow are a result that says so; a page never waits longer than the time-outs of two rounds.
"""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache

from archive import outbound
from archive.errors import FieldProblem, Invalid, TooMany
from archive.interchange.publications import crossref, datacite_record, europe_pmc
from archive.interchange.publications.identifiers import Identifier, Kind, read_identifier
from archive.interchange.publications.model import Publication, merged
from archive.models import User
from archive.outbound import Answer, Unreachable, fetch

logger = logging.getLogger(__name__)

_DAY = 24 * 3600
# What is unknown today is often a paper of this week.
_UNKNOWN_SECONDS = 600
PER_MINUTE = 30
NOT_AN_IDENTIFIER = (
    "This is neither a DOI nor a PubMed ID. A DOI looks like 10.1038/s41592-021-01166-8, a PubMed ID like 34021280."
)


class Source(StrEnum):
    EUROPE_PMC = "Europe PMC"
    CROSSREF = "Crossref"
    DATACITE = "DataCite"


class Outcome(StrEnum):
    FOUND = "found"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Lookup:
    """`silent` are the services that were asked and did not answer."""

    identifier: Identifier
    publication: Publication | None
    sources: tuple[Source, ...] = ()
    silent: tuple[Source, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.publication:
            return Outcome.FOUND
        return Outcome.UNAVAILABLE if self.silent else Outcome.UNKNOWN

    @property
    def sentence(self) -> str:
        silent = " and ".join(self.silent)
        if self.outcome is Outcome.UNAVAILABLE:
            return (
                f"{silent} did not answer, so that {self.identifier} could not be looked up. Go on and fill the "
                "fields by hand, or try again later; nothing of your deposit is lost."
            )
        if self.outcome is Outcome.UNKNOWN:
            return (
                f"Nobody who was asked knows {self.identifier}. Check it for typing errors, or fill the fields by hand."
            )
        found = f"Found by {' and '.join(self.sources)}."
        return f"{found} {silent} did not answer, so that something may be missing." if silent else found


def is_offered() -> bool:
    """Whether there is a service to ask."""
    return any(_address(source) for source in Source)


def find_publication(*, text: str, user: User) -> Lookup:
    """Raises Invalid for what is no identifier, TooMany when one person asks without pause; never for a service."""
    wanted = read_identifier(text)
    if wanted is None:
        raise Invalid(NOT_AN_IDENTIFIER, [FieldProblem("/identifier", NOT_AN_IDENTIFIER)])
    key = f"publication:1:{hashlib.sha256(str(wanted).encode()).hexdigest()}"
    known = cache.get(key)
    if known is not None:
        return known
    _count(user)
    lookup = _look_up(wanted)
    if not lookup.silent:
        cache.set(key, lookup, _DAY if lookup.publication else _UNKNOWN_SECONDS)
    return lookup


def known_by_now(wanted: Identifier) -> Publication | None:
    """What the services know of it at this moment; asked for the portal itself, so that nobody's minute is counted."""
    return _look_up(wanted).publication


def _count(user: User) -> None:
    key = f"publication-lookups:{user.pk}"
    cache.add(key, 0, 60)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two
        return
    if count > PER_MINUTE:
        raise TooMany(f"You looked up more than {PER_MINUTE} publications in a minute. Wait a minute and try again.")


@dataclass
class _Heard:
    """What the services said so far."""

    found: dict[Source, Publication] = field(default_factory=dict)
    silent: list[Source] = field(default_factory=list)

    def ask(self, sources: Sequence[Source], wanted: Identifier) -> None:
        """At the same time, and no longer than a round may take, whatever a service does."""
        asked = [source for source in sources if _address(source)]
        if not asked:
            return
        pool = ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="publication")
        answers: dict[Source, Future[Publication | None]] = {
            source: pool.submit(_ASK[source], wanted) for source in asked
        }
        wait(answers.values(), timeout=outbound.CONNECT_SECONDS + outbound.READ_SECONDS + 1)
        pool.shutdown(wait=False, cancel_futures=True)
        for source, answer in answers.items():
            self._hear(source, answer, wanted)

    def _hear(self, source: Source, answer: "Future[Publication | None]", wanted: Identifier) -> None:
        if not answer.done():
            self.silent.append(source)
            return
        try:
            publication = answer.result()
        except Unreachable as error:
            logger.warning("%s was asked for %s: %s", source, wanted, error)
            self.silent.append(source)
            return
        if publication and _is_meant(publication, wanted):
            self.found[source] = publication

    @property
    def publication(self) -> Publication | None:
        in_order = [self.found[source] for source in Source if source in self.found]
        return reduce(merged, in_order) if in_order else None


def _is_meant(publication: Publication, wanted: Identifier) -> bool:
    """A search may answer with something else."""
    return wanted.value == (publication.doi if wanted.kind is Kind.DOI else publication.pmid)


def _look_up(wanted: Identifier) -> Lookup:
    """PubMed IDs are Europe PMC's to know; with the DOI that it tells, Crossref adds what it has."""
    heard = _Heard()
    if wanted.kind is Kind.PMID:
        heard.ask([Source.EUROPE_PMC], wanted)
        if heard.publication and heard.publication.doi:
            heard.ask([Source.CROSSREF], Identifier(Kind.DOI, heard.publication.doi))
    else:
        heard.ask([Source.EUROPE_PMC, Source.CROSSREF], wanted)
        if not heard.found:
            heard.ask([Source.DATACITE], wanted)
    return Lookup(
        wanted, heard.publication, tuple(source for source in Source if source in heard.found), tuple(heard.silent)
    )


def _address(source: Source) -> str:
    return {
        Source.EUROPE_PMC: settings.PORTAL_EUROPE_PMC_URL,
        Source.CROSSREF: settings.PORTAL_CROSSREF_URL,
        Source.DATACITE: settings.PORTAL_DATACITE_URL,
    }[source].rstrip("/")


def _from_europe_pmc(wanted: Identifier) -> Publication | None:
    params = {"query": europe_pmc.query(wanted), "resultType": "core", "format": "json", "pageSize": "1"}
    return europe_pmc.publication(_content(fetch("GET", f"{_address(Source.EUROPE_PMC)}/search", params=params)))


def _from_crossref(wanted: Identifier) -> Publication | None:
    return crossref.publication(_content(fetch("GET", _by_doi(Source.CROSSREF, "works", wanted))))


def _from_datacite(wanted: Identifier) -> Publication | None:
    answer = fetch("GET", _by_doi(Source.DATACITE, "dois", wanted), params={"affiliation": "true"})
    return datacite_record.publication(_content(answer))


def _by_doi(source: Source, kind: str, wanted: Identifier) -> str:
    return f"{_address(source)}/{kind}/{quote(wanted.value, safe='')}"


def _content(answer: Answer) -> object:
    """Not there is an answer; too many requests, or a key that is asked for, is none."""
    if answer.status in (404, 410):
        return None
    if answer.status != 200:
        raise Unreachable(f"It answers with status {answer.status}.")
    return answer.json()


_ASK = {
    Source.EUROPE_PMC: _from_europe_pmc,
    Source.CROSSREF: _from_crossref,
    Source.DATACITE: _from_datacite,
}
