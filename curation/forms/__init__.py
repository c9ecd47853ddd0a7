"""What people type: parsed and given back at the field. Rules live in the services."""

from typing import Any

from django import forms

from archive.errors import Invalid


def add_problems(form: forms.Form, error: Invalid, names: dict[str, str] | None = None) -> None:
    """Place the problems of a service at the fields of a bound form; what fits nowhere stands above it."""
    if not error.problems:
        form.add_error(None, str(error))
    for problem in error.problems:
        name = problem.pointer.strip("/")
        name = (names or {}).get(name, name)
        form.add_error(name if name in form.fields else None, problem.message)


class LongText(forms.CharField):
    """Text of several lines. A browser counts the end of a line as one character and sends two; here it is one."""

    def __init__(self, *, rows: int, max_length: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, max_length=max_length, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
