"""Templates from folders of YAML files: the built-in folder first, then those that a site adds.

`*.yaml` in a folder is one template each; `parts/*.yaml` beside them are sections and fields that templates include.
What each key means is in model.py; this file only reads, and refuses with the file, the place and what to do.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from .errors import TemplateError, UnknownTemplate
from .model import Template
from .reading import TemplateReader

BUILT_IN = Path(__file__).resolve().parent / "templates"


class TemplateSet:
    """All templates in all their versions."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._versions: dict[str, list[Template]] = {}
        for template in templates:
            self._versions.setdefault(template.name, []).append(template)
        for versions in self._versions.values():
            versions.sort(key=lambda template: template.version_numbers)

    def all(self) -> tuple[Template, ...]:
        """The newest version of each, the default first, the rest by title."""
        newest = (versions[-1] for versions in self._versions.values())
        return tuple(sorted(newest, key=lambda template: (not template.default, template.title)))

    def versions(self, name: str) -> tuple[Template, ...]:
        return tuple(self._versions.get(name, ()))

    def get(self, name: str, version: str | None = None) -> Template:
        """This version, or the newest. Raises UnknownTemplate with a sentence."""
        versions = self._versions.get(name)
        if not versions:
            raise UnknownTemplate(f"There is no template “{name}”. Choose one of: {', '.join(self._versions)}.")
        if version is None:
            return versions[-1]
        for template in versions:
            if template.version == version:
                return template
        known = ", ".join(template.version for template in versions)
        raise UnknownTemplate(f"Template “{name}” has no version {version}. Choose one of: {known}.")

    @property
    def default(self) -> Template:
        return self.all()[0]

    def __iter__(self) -> Iterator[Template]:
        for versions in self._versions.values():
            yield from versions

    def __len__(self) -> int:
        return sum(map(len, self._versions.values()))


def load_templates(folders: Iterable[Path | str] = ()) -> TemplateSet:
    """The built-in templates and those of `folders`, in this order. Raises TemplateError."""
    roots = [BUILT_IN, *(Path(folder) for folder in folders)]
    parts: dict[str, tuple[Path, Any]] = {}
    templates: dict[tuple[str, str], tuple[Path, Template]] = {}
    for root in roots:
        if not root.is_dir():
            raise TemplateError(root, "", "There is no such folder. Correct the list of template folders.")
        parts.update({path.stem: (path, _read(path)) for path in sorted((root / "parts").glob("*.yaml"))})
        for path in sorted(root.glob("*.yaml")):
            template = TemplateReader(path, parts).read(_read(path))
            _refuse_repetition(path, template, templates)
            templates[template.key] = (path, template)
    return TemplateSet([template for _, template in templates.values()])


def _refuse_repetition(path: Path, template: Template, known: dict[tuple[str, str], tuple[Path, Template]]) -> None:
    if template.key in known:
        other = known[template.key][0]
        sentence = f"Version {template.version} of “{template.name}” is in {other} already. Raise the version instead."
        raise TemplateError(path, "version", sentence)
    if template.default:
        rival = next((t for _, t in known.values() if t.default and t.name != template.name), None)
        if rival:
            raise TemplateError(path, "default", f"“{rival.name}” is the default already. Leave this line out.")


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise TemplateError(
            path, place, f"This is not YAML: {error.problem}. Correct the indentation or quote it."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TemplateError(path, "", "This is not YAML in UTF-8. Save it again as plain UTF-8 text.") from error
