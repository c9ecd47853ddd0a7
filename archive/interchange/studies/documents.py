"""A study of another archive as a document of one of our templates, as complete as the source allows.

What the template has no field for is given back beside it, to be kept as attributes. Nothing is cut or made up:
the validation says what is missing, as for every deposit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from archive.metadata.model import (
    LIST_TYPES,
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    TERM_TYPES,
    Field,
    FieldType,
    Template,
    is_blank,
)

from .gathering import distinct
from .model import (
    ORIGINS,
    Acquisition,
    Component,
    Link,
    Person,
    Publication,
    Sample,
    Specimen,
    Study,
    TermRef,
    Unplaced,
)

# The CURIE of the term of a vocabulary with exactly this name, or nothing.
Named = Callable[[str, str], str]
_HUMAN = "NCBITaxon:9606"
# Of an item by which others call it; a longer title is a sentence.
_LONGEST_NAME = 200
_EM = ("electron", "sem", "tem", "tomogra", "cryo")


@dataclass(frozen=True, slots=True)
class Placing:
    """`placed` names each filled field with what stands in it; `unplaced` holds also what the source's parser left."""

    document: dict[str, Any]
    placed: tuple[tuple[str, str], ...]
    unplaced: tuple[Unplaced, ...]


def unnamed(_label: str, _vocabulary: str) -> str:
    """No term is known."""
    return ""


def template_for(study: Study) -> str:
    """The name of the built-in template that fits: a screen, electron microscopy, or light."""
    if study.screen is not None:
        return "screen"
    labels = [method.label.lower() for method in study.methods]
    electron = [any(word in label for word in _EM) for label in labels]
    return "electron-microscopy" if electron and all(electron) else "light-microscopy"


def document(study: Study, template: Template, named: Named = unnamed) -> Placing:
    writer = _Writer(template, named)
    for part in (_study, _people_and_links, _sample, _imaging, _screen, _parts):
        part(writer, study)
    placed = tuple(_placed(template, writer.document))
    return Placing(writer.document, placed, (*study.unplaced, *writer.homeless))


class _Writer:
    """Puts values into the fields of a template in the form that their type wants."""

    def __init__(self, template: Template, named: Named) -> None:
        self.template = template
        self.named = named
        self.document: dict[str, Any] = {}
        self.homeless: list[Unplaced] = []

    def put(self, path: str, value: Any) -> None:
        """A text, terms or records, or lists of them, at `section.field`."""
        values = [item for item in (value if isinstance(value, list | tuple) else [value]) if not is_blank(item)]
        if not values:
            return
        field = self.template.field(path)
        if field is None:
            self.homeless.append(Unplaced("", path, "; ".join(_words(item) for item in values)))
            return
        section, _, name = path.partition(".")
        self.document.setdefault(section, {})[name] = self.shaped(field, values)

    def items(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The items of a repeated section."""
        section = self.template.section(name)
        for row in rows:
            item = {}
            for key, value in row.items():
                field = section.field(key) if section else None
                values = [
                    part for part in (value if isinstance(value, list | tuple) else [value]) if not is_blank(part)
                ]
                if field is not None and values:
                    item[key] = self.shaped(field, values)
                elif values:
                    self.homeless.append(Unplaced("", f"{name}.{key}", "; ".join(_words(part) for part in values)))
            if item:
                self.document.setdefault(name, []).append(item)

    def shaped(self, field: Field, values: list[Any]) -> Any:
        if field.type in TERM_TYPES:
            terms = [self.term(field, value) for value in values]
            return terms if field.type is FieldType.TERMS else terms[0]
        if field.type in (FieldType.STRINGS, FieldType.ITEMS):
            return list(dict.fromkeys(_words(value) for value in values))
        if field.type in RECORD_LIST_TYPES:
            return [self.record(field, value) for value in values]
        if field.type in RECORD_TYPES:
            return self.record(field, values[0])
        if field.type is FieldType.CHOICE:
            self.homeless += [Unplaced("", field.name, _words(value)) for value in values[1:]]
            return _words(values[0])
        return ("\n\n" if field.type is FieldType.LONGTEXT else "; ").join(
            dict.fromkeys(_words(value) for value in values)
        )

    def term(self, field: Field, value: Any) -> dict[str, str]:
        """The source's own identifier if it is of a vocabulary that fits, else that of the term of this name."""
        found = value if isinstance(value, TermRef) else TermRef(_words(value))
        curie = found.curie if found.curie.partition(":")[0] in field.vocabularies else ""
        if found.curie and not curie:
            self.homeless.append(Unplaced("", field.label, f"{found.label} ({found.curie})"))
        if not curie and found.label:
            curie = next((c for name in field.vocabularies if (c := self.named(found.label, name))), "")
        return {"curie": curie, "label": found.label}

    def record(self, field: Field, value: Mapping[str, str]) -> dict[str, str]:
        parts = {part.name for part in field.parts}
        for key, text in value.items():
            if text and key not in parts:
                self.homeless.append(Unplaced("", f"{field.name}.{key}", text))
        return {key: text for key, text in value.items() if text and key in parts}


def _words(value: Any) -> str:
    if isinstance(value, TermRef):
        return value.label or value.curie
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)


def _study(writer: _Writer, study: Study) -> None:
    writer.put("study.title", study.title)
    writer.put("study.description", study.description)
    writer.put("study.licence", study.licence)
    writer.put("study.keywords", study.keywords)
    writer.put("study.acknowledgements", study.acknowledgements)
    writer.put("study.funding", study.funding)
    if study.organisms and not any(_is_human(organism) for organism in study.organisms):
        writer.put("study.human_material", "no")


def _is_human(organism: TermRef) -> bool:
    name = organism.label.lower()
    return organism.curie == _HUMAN or not (organism.curie or name) or "homo sapiens" in name or "human" in name


def _people_and_links(writer: _Writer, study: Study) -> None:
    writer.put("study.authors", [_author(person) for person in study.authors])
    grants = [
        {"funder": g.funder or g.number, "number": g.number if g.funder else "", "title": g.title} for g in study.grants
    ]
    writer.put("study.grants", grants)
    first, *others = study.publications or (Publication(),)
    writer.put("study.publication", asdict(first))
    links = [_link(link) for link in study.links]
    links += [row for publication in others for row in _further(writer, publication)]
    writer.put("study.links", list({row["url"]: row for row in links}.values()))
    own = {"scheme": ORIGINS.get(study.origin, study.origin), "value": study.identifier, "url": study.url}
    doi = {"scheme": "DOI", "value": study.doi, "url": f"https://doi.org/{study.doi}"} if study.doi else {}
    elsewhere = [
        {"scheme": link.scheme, "value": link.value, "url": link.url}
        for link in study.links
        if link.scheme and link.scheme not in ("DOI", "PMC") and link.value != study.identifier
    ]
    writer.put("study.source_identifiers", [own, doi, *elsewhere])


def _author(person: Person) -> dict[str, str]:
    """ROR, roles and address have parts of their own where the template gives them any."""
    return {
        "name": person.name,
        "orcid": person.orcid,
        "affiliation": "; ".join(distinct(organisation.name for organisation in person.affiliations)),
        "email": person.email,
        "ror": "; ".join(distinct(o.ror for o in person.affiliations if o.ror)),
        "role": "; ".join(person.roles),
        "address": "; ".join(distinct(o.address for o in person.affiliations if o.address)),
    }


def _link(link: Link) -> dict[str, str]:
    named = f"{link.scheme} {link.value}".strip() if link.scheme else ""
    return {"url": link.url, "description": ": ".join(text for text in (named, link.description) if text)}


def _further(writer: _Writer, publication: Publication) -> Iterator[dict[str, str]]:
    """The template has one publication: others are links to them."""
    title = publication.title or "Publication"
    if publication.doi:
        yield {"url": f"https://doi.org/{publication.doi}", "description": f"Publication: {title}"}
    elif publication.pmid:
        yield {"url": f"https://pubmed.ncbi.nlm.nih.gov/{publication.pmid}/", "description": f"Publication: {title}"}
    else:
        writer.homeless.append(Unplaced("", "publication", title))


def _sample(writer: _Writer, study: Study) -> None:
    samples = study.samples
    places = [(_place_of(writer, subject), subject) for subject in study.subjects]
    named = {place: [subject for found, subject in places if found == place] for place, _ in places}
    tissues = [t for s in samples for t in s.tissues] + named.pop("tissue", [])
    lines = [*(line for sample in samples for line in sample.cell_lines), *named.pop("cell_line", [])]
    others = [subject.label for subject in named.pop("", [])]
    writer.put("biosample.organism", study.organisms)
    writer.put("biosample.description", [_described(sample) for sample in samples])
    writer.put("biosample.biological_entity", distinct([*(s.entity for s in samples if s.entity), *others]))
    writer.put("biosample.cell_line", distinct(lines))
    writer.put("biosample.tissue", distinct(tissues))
    for place, subjects in named.items():
        writer.put(f"biosample.{place}", distinct(subjects))
    writer.put("biosample.strain", distinct(sample.strain for sample in samples if sample.strain))
    writer.put("biosample.sex", distinct(sample.sex for sample in samples if sample.sex))
    writer.put("biosample.intrinsic_variables", distinct(v for sample in samples for v in sample.intrinsic))
    writer.put("biosample.extrinsic_variables", distinct(v for sample in samples for v in sample.extrinsic))
    writer.put("biosample.experimental_variables", distinct(v for sample in samples for v in sample.experimental))
    writer.put("specimen.preparation", [_titled(s.title, s.preparation) for s in study.specimens if s.preparation])
    writer.put("specimen.growth", [_titled(s.title, s.growth) for s in study.specimens if s.growth])


def _place_of(writer: _Writer, subject: TermRef) -> str:
    """The field of the sample that takes terms of its vocabulary before all others; nothing if there is none."""
    section, vocabulary = writer.template.section("biosample"), subject.curie.partition(":")[0]
    fields = section.fields if section and vocabulary else ()
    return next((f.name for f in fields if f.vocabulary == vocabulary and f.name != "organism"), "")


def _described(sample: Sample) -> str:
    """A sentence of each sample; its title where it says more than “Biosample”."""
    text = sample.description or sample.entity
    title = "" if sample.title.lower() in ("biosample", "cell", "tables") else sample.title
    return _titled(title, text) if text else title


def _titled(title: str, text: str) -> str:
    generic = not title or title.lower() in ("specimen", "acquisition", "image acquisition", "analysis")
    return text if generic or text.startswith(title) else f"{title}: {text}"


def _imaging(writer: _Writer, study: Study) -> None:
    writer.put("acquisition.imaging_method", study.methods)
    writer.put("acquisition.instrument", distinct(a.instrument for a in study.acquisitions if a.instrument))
    parameters = [_titled(a.title, a.parameters) for a in study.acquisitions if a.parameters]
    titles = [a.title for a in study.acquisitions if a.title and not (a.parameters or a.instrument or a.methods)]
    writer.put("acquisition.parameters", [*parameters, *titles])


def _screen(writer: _Writer, study: Study) -> None:
    screen = study.screen
    if screen is not None:
        writer.put("screen.type", screen.kind)
        writer.put("screen.technology", screen.technology)
        writer.put("screen.library", screen.library)
        writer.put("screen.controls", screen.controls)
        writer.put("screen.phenotypes", screen.phenotypes)


def _parts(writer: _Writer, study: Study) -> None:
    listed = _listed(writer, study)
    writer.items("components", (_component(component, study, listed) for component in study.components))
    correlations = (
        {"relation": c.title, "alignment": c.alignment, "fiducials": c.fiducials, "transformation": c.transformation}
        for c in study.correlations
    )
    writer.items("correlation", correlations)
    writer.items("analysis", ({"result": a.title or "Image analysis", "method": a.method} for a in study.analyses))
    annotations = (
        {
            "overview": _titled(a.title, a.overview) if a.overview else a.title,
            "type": list(a.types),
            "method": a.method,
            "criteria": a.criteria,
            "coverage": a.coverage,
        }
        for a in study.annotations
    )
    writer.items("annotations", annotations)


def _listed(writer: _Writer, study: Study) -> frozenset[str]:
    """The sections in which samples, specimens and acquisitions have an item each, which components name.

    Only where there are several, and their titles tell them apart.
    """
    rows = {
        "biosamples": [_sample_item(sample) for sample in study.samples],
        "specimens": [{"name": s.title, "preparation": s.preparation, "growth": s.growth} for s in study.specimens],
        "acquisitions": [_acquisition_item(acquisition) for acquisition in study.acquisitions],
    }
    found = [name for name, items in rows.items() if writer.template.section(name) and _tells_apart(items)]
    for name in found:
        writer.items(name, rows[name])
    return frozenset(found)


def _tells_apart(items: list[dict[str, Any]]) -> bool:
    names = [item["name"] for item in items]
    return len(names) > 1 and all(0 < len(name) <= _LONGEST_NAME for name in names) and len({*names}) == len(names)


def _sample_item(sample: Sample) -> dict[str, Any]:
    return {
        "name": sample.title,
        "organism": sample.organisms,
        "description": sample.description,
        "biological_entity": sample.entity,
        "cell_line": sample.cell_lines,
        "tissue": sample.tissues,
        "strain": sample.strain,
        "sex": sample.sex,
        "intrinsic_variables": sample.intrinsic,
        "extrinsic_variables": sample.extrinsic,
    }


def _acquisition_item(acquisition: Acquisition) -> dict[str, Any]:
    return {
        "name": acquisition.title,
        "imaging_method": acquisition.methods,
        "instrument": acquisition.instrument,
        "parameters": acquisition.parameters,
    }


def _component(component: Component, study: Study, listed: frozenset[str]) -> dict[str, Any]:
    """With the samples, specimens and acquisitions that it uses: their names, or what they say if no item does."""
    acquisitions = [a for a in study.acquisitions if a.title in component.acquisitions]
    methods = [method for acquisition in acquisitions for method in acquisition.methods]
    samples = [sample for sample in study.samples if sample.title in component.samples]
    specimens = [specimen for specimen in study.specimens if specimen.title in component.specimens]
    return {
        "name": component.name,
        "description": component.description,
        "imaging_method": list(distinct([*component.methods, *methods])),
        "organism": list(distinct(organism for sample in samples for organism in sample.organisms)),
        **_used("biosample", listed, samples, _described),
        **_used("specimen", listed, specimens, _prepared),
        **_used("acquisition", listed, acquisitions, _acquired),
    }


def _used(kind: str, listed: frozenset[str], used: list[Any], words: Callable[[Any], str]) -> dict[str, list[str]]:
    section = f"{kind}s"
    return {section: [one.title for one in used]} if section in listed else {kind: [words(one) for one in used]}


def _prepared(specimen: Specimen) -> str:
    return _titled(specimen.title, "\n".join(text for text in (specimen.preparation, specimen.growth) if text))


def _acquired(acquisition: Acquisition) -> str:
    return _titled(
        acquisition.title, "\n".join(text for text in (acquisition.instrument, acquisition.parameters) if text)
    )


def _placed(template: Template, written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section in template.sections:
        value = written.get(section.name)
        rows = enumerate(value) if isinstance(value, list) else [(None, value)]
        for number, row in rows:
            for name, content in row.items() if isinstance(row, Mapping) else ():
                place = section.name if number is None else f"{section.name}.{number}"
                field = section.field(name)
                many = field is not None and field.type in LIST_TYPES and isinstance(content, list)
                yield f"{place}.{name}", "; ".join(_words(part) for part in content) if many else _words(content)
