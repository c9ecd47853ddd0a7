"""Tables to take away: CSV and TSV as they are written, whatever their length, and workbooks up to a limit."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from archive.access import Reader
from archive.errors import FieldProblem, Invalid, TooLarge
from archive.metadata.spreadsheets import text_lines, write_workbook
from archive.models import Deposition, File, FileTable, Version
from archive.selectors import file_tables as selectors
from archive.selectors import quality
from archive.services import file_tables

Rows = Iterable[Sequence[str]]
MOST_WORKBOOK_ROWS = 10_000


class Form(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"


_TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.TSV: "text/tab-separated-values; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def form_asked(word: str) -> Form:
    """Raises Invalid."""
    if word not in list(Form):
        message = f"Say as which table: {', '.join(Form)}."
        raise Invalid(message, [FieldProblem("/as", message)])
    return Form(word)


def table_response(rows: Callable[[], Rows], *, count: int, name: str, form: Form) -> HttpResponseBase:
    """`rows` begin with the head; `count` says how many there will be, so that a large workbook is refused at once."""
    if form is Form.XLSX:
        response = _workbook(rows(), count, name)
    else:
        delimiter = "\t" if form is Form.TSV else ","
        response = StreamingHttpResponse(text_lines(rows(), delimiter=delimiter), content_type=_TYPES[form])
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def filled_response(deposition: Deposition, form: str) -> HttpResponseBase:
    """A row for each file of a draft, with what is known of it and what its path suggests."""
    columns = selectors.columns_of(deposition)
    return table_response(
        lambda: selectors.rows_to_fill(deposition, columns),
        count=quality.current_files(deposition).count(),
        name=f"{deposition.dataset.accession}-files",
        form=form_asked(form),
    )


def list_response(version: Version, user: Reader, form: str) -> HttpResponseBase:
    """The files of a released version, with what is said of each."""
    return table_response(
        lambda: selectors.rows_of_version(version.dataset, version.number, user),
        count=version.file_count,
        name=f"{version.dataset.accession}.{version.number}.files",
        form=form_asked(form),
    )


def list_lines(version: Version, files: QuerySet[File], user: Reader) -> Callable[[], Iterator[bytes]] | None:
    """The same for some files, as CSV inside a package; none where nothing is said of any file of the version."""
    if not selectors.has_attributes(version.dataset, version.number):
        return None
    return lambda: text_lines(selectors.rows_of(files, version.dataset, version.number, user), delimiter=",")


def problems_response(table: FileTable, form: str) -> HttpResponseBase:
    """Everything that was found in an uploaded table."""
    return table_response(
        lambda: file_tables.problem_lines(table),
        count=table.counts.get("errors", 0) + table.counts.get("hints", 0),
        name=f"{table.dataset.accession}-files-problems",
        form=form_asked(form),
    )


def _workbook(rows: Rows, count: int, name: str) -> HttpResponseBase:
    if count > MOST_WORKBOOK_ROWS:
        raise TooLarge(
            f"A workbook is made of at most {MOST_WORKBOOK_ROWS:,} files, and these are {count:,}. Take the table as "
            "CSV, which spreadsheets open as well."
        )
    file = io.BytesIO()
    write_workbook(rows, file, title="Files")
    file.seek(0)
    return FileResponse(file, content_type=_TYPES[Form.XLSX], filename=f"{name}.xlsx")
