"""The graph of an RO-Crate: entities by their `@id`, with references followed and counted."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from .fields import Entry, Fields, Ledger, fold, items, text_of

_DESCRIPTORS = ("ro-crate-metadata.json", "ro-crate-metadata.jsonld")


class Entity:
    """`is_known`: the crate describes it; otherwise it is a name or an address alone."""

    def __init__(self, body: Mapping[str, Any], ledger: Ledger, *, is_known: bool = True) -> None:
        self.body = body
        self.is_known = is_known
        self.id = body["@id"] if isinstance(body.get("@id"), str) else ""
        self.types = [text_of(kind) for kind in items(body.get("@type"))]
        self.kinds = {fold(_local(kind)) for kind in self.types}
        self.place = f"@graph/{self.id}"
        self._ledger = ledger

    @cached_property
    def fields(self) -> Fields:
        pairs = self.body.items() if self.is_known else ()
        entries = [self.entry(_local(str(key)), value) for key, value in pairs if not str(key).startswith("@")]
        return Fields(entries, self._ledger)

    @property
    def name(self) -> str:
        return self.words("name", "title", "displayName")

    def words(self, *keys: str) -> str:
        """A text without taking it."""
        return next((text for key in keys if (text := text_of(self.body.get(key)))), "")

    def entry(self, key: str, value: Any) -> Entry:
        return Entry(key, value, f"{self.place}/{key}")


class Graph:
    def __init__(self, rows: list[Any]) -> None:
        self.ledger = Ledger()
        self._entities: dict[str, Entity] = {}
        self._twins: list[Entity] = []
        self._referred: set[str] = set()
        for number, row in enumerate(rows):
            if not isinstance(row, Mapping) or not isinstance(row.get("@id"), str):
                self.ledger.doubt(f"@graph[{number}]", "@id", row, "An entity is an object with an @id.")
            elif row["@id"] in self._entities:
                why = "Another entity has this @id: what refers to it means the first."
                self.ledger.doubt(f"@graph[{number}]", "@id", row["@id"], why)
                self._twins.append(Entity(row, self.ledger))
            else:
                self._entities[row["@id"]] = Entity(row, self.ledger)

    def entities(self) -> Iterator[Entity]:
        """All, also those whose `@id` another one had before."""
        yield from [*self._entities.values(), *self._twins]

    def root(self) -> Entity | None:
        """What the descriptor is about; without one, “./” or the one Dataset of the graph."""
        for name in _DESCRIPTORS:
            descriptor = self._entities.get(name)
            about = items(descriptor.body.get("about")) if descriptor else []
            found = self._find(about[0]) if about else None
            if found is not None and found.is_known:
                return found
        datasets = [entity for entity in self._entities.values() if "dataset" in entity.kinds]
        return self._entities.get("./") or (datasets[0] if len(datasets) == 1 else None)

    def refs(self, fields: Fields, *names: str) -> list[Entity]:
        """The entities to which properties refer; a plain text or an object in place becomes one of its own."""
        found = [self._find(value) for entry in fields.entries(*names) for value in items(entry.value)]
        return [entity for entity in found if entity is not None]

    def words(self, value: Any) -> list[str]:
        """A value as texts: references by their name or their `@id`."""
        texts = []
        for item in items(value):
            entity = self._find(item)
            if entity is not None:
                texts += [text for text in (entity.id, entity.name) if text][: 2 if entity.is_known else 1]
        return texts

    def is_referred(self, entity: Entity) -> bool:
        return entity.id in self._referred

    def _find(self, value: Any) -> Entity | None:
        if isinstance(value, Mapping) and isinstance(value.get("@id"), str):
            name = value["@id"]
            known = self._entities.get(name) or self._entities.get(unquote(name))
            if known is not None:
                self._referred.add(known.id)
                return known
            return Entity(value, self.ledger, is_known=len(value) > 1)
        if isinstance(value, Mapping):
            return Entity({"@id": "", **value}, self.ledger) if value and "@value" not in value else None
        text = text_of(value)
        known = self._entities.get(text)
        if known is not None:
            self._referred.add(known.id)
            return known
        return Entity({"@id": text, "name": text}, self.ledger, is_known=False) if text else None


def _local(name: str) -> str:
    """`http://schema.org/name`, `schema:name` and `name` are the same."""
    return name.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
