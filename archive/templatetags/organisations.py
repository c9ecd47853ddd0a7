"""What a browser suggests while an affiliation is typed."""

from django import template

from archive.metadata.organisations import Organisation, organisations

register = template.Library()


@register.simple_tag(name="organisations")
def known_organisations() -> tuple[Organisation, ...]:
    return organisations()
