"""Template helpers of the site-wide pages. They look up; they never read the database."""

from django import template

from portal.error_pages import ErrorWords, words_of

register = template.Library()


@register.simple_tag
def error_words(status: int | str | None) -> ErrorWords:
    """The heading and sentence of an error page."""
    return words_of(status)
