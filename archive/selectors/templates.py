"""The metadata templates of this portal: the built-in ones and those of PORTAL_TEMPLATE_DIRS."""

from functools import lru_cache

from django.conf import settings

from archive.errors import NotFound
from archive.metadata import Template, TemplateSet, UnknownTemplate, load_templates
from archive.models import Deposition, Version


def templates() -> TemplateSet:
    """All of them, read once per process."""
    return _load(tuple(settings.PORTAL_TEMPLATE_DIRS))


@lru_cache(maxsize=8)
def _load(folders: tuple[str, ...]) -> TemplateSet:
    return load_templates(folders)


def get_template(name: str, version: str | None = None) -> Template:
    """This version of a template, or the newest; raises NotFound with the choices."""
    try:
        return templates().get(name, version or None)
    except UnknownTemplate as error:
        raise NotFound(str(error)) from error


def newest_of(record: Deposition | Version) -> Template:
    """The newest version of the template that a deposit was made with."""
    return get_template(record.template)


def template_of(record: Deposition | Version) -> Template:
    """The template that a deposit was made with."""
    return get_template(record.template, record.template_version)
