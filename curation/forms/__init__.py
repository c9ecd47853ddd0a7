"""What people type: parsed and given back at the field. Rules live in the services."""

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
