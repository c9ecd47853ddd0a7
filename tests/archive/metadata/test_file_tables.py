"""Tables of files: what their columns are for, what spreadsheets did to their cells, and what is wrong with rows."""

import pytest

from archive.metadata.file_tables import Checker, Known, Level, Use, stage, suggested_columns
from archive.metadata.file_tables.damage import clean, gene_of_date, other_species
from archive.metadata.spreadsheets import Kind, Odd, Unreadable

NAMES = {"component": ("Time-lapse", "Fixed cells"), "biosample": ("Wild type",)}


def staged(tmp_path, *rows, most=1000):
    return stage(enumerate(map(list, rows), start=1), tmp_path, most)


def check(tmp_path, *rows, **known):
    """What the rows say, the findings as (row, column, level, sentence), and the notes."""
    with staged(tmp_path, *rows) as table:
        checker = Checker(table.columns, Known(**({"names": NAMES} | known)))
        checked = [checker.check(line) for batch in table.batches(2) for line in batch]
        findings = [(one.row, one.column, one.level, one.sentence) for row in checked for one in row.findings]
        return checked, findings, checker.notes()


def uses(tmp_path, *rows):
    with staged(tmp_path, *rows) as table:
        return {column.name: column.use for column in table.columns}


def column_of(name, *values):
    return (["path", name], *([f"{number}.tif", value] for number, value in enumerate(values)))


# --- genes


@pytest.mark.parametrize(
    ("text", "gene"),
    [
        ("2-Sep", "SEPTIN2 (formerly SEPT2)"),
        ("Sep-02", "SEPTIN2 (formerly SEPT2)"),
        ("02-Sep-26", "SEPTIN2 (formerly SEPT2)"),
        ("2026-09-02", "SEPTIN2 (formerly SEPT2)"),
        ("2026-09-02 00:00:00", "SEPTIN2 (formerly SEPT2)"),
        ("09/02/2026", "SEPTIN2 (formerly SEPT2)"),
        ("02.09.2026", "SEPTIN2 (formerly SEPT2)"),
        ("7. Sept", "SEPTIN7 (formerly SEPT7)"),
        ("1-Mar", "MARCHF1 (formerly MARCH1), or MTARC1 (formerly MARC1)"),
        ("01. Mrz", "MARCHF1 (formerly MARCH1), or MTARC1 (formerly MARC1)"),
        ("1-Dec", "DELEC1 (formerly DEC1), or BHLHE40 or BHLHE41"),
        ("4-Oct", "POU5F1 (OCT4) or another OCT4"),
        ("30-Sep", "the gene’s own name"),
        ("SEPT2", ""),
        ("MARCH1", ""),
        ("TP53", ""),
    ],
)
def test_a_date_tells_which_gene_it_was(text, gene):
    assert gene_of_date(text) == gene


@pytest.mark.parametrize(
    "cell", ["2-Sep", "Sep-02", Odd(Kind.DATE, "2026-09-02")], ids=["day first", "month first", "date cell"]
)
def test_a_gene_that_became_a_date_is_an_error(tmp_path, cell):
    _, findings, _ = check(tmp_path, *column_of("Gene symbol", "TP53", cell, "KIF11"))
    ((row, column, level, sentence),) = findings
    assert (row, column, level) == (3, "Gene symbol", Level.ERROR)
    assert "Write SEPTIN2 (formerly SEPT2), in a column of text." in sentence


def test_a_column_is_of_genes_by_what_it_holds(tmp_path):
    rows = column_of("knockdown", "TP53", "KIF11", "PLK1", "1-Mar")
    assert uses(tmp_path, *rows)["knockdown"] is Use.GENE


def test_dates_in_a_column_of_dates_are_dates(tmp_path):
    rows = column_of("Day of staining", "2-Sep", Odd(Kind.DATE, "2026-09-02"), "3-Sep")
    checked, findings, _ = check(tmp_path, *rows)
    assert findings == []
    assert [row.values["Day of staining"] for row in checked] == ["2-Sep", "2026-09-02", "3-Sep"]


def test_a_clone_that_became_a_number_is_an_error(tmp_path):
    _, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("gene", "2310009E13Rik", "2.31E+19"))
    assert level is Level.ERROR
    assert "such as 2310009E13" in sentence


@pytest.mark.parametrize(
    ("text", "species", "other"),
    [
        ("Trp53", "human", "mouse"),
        ("Sox2", "human", "mouse"),
        ("TP53", "human", ""),
        ("TP53", "mouse", "human"),
        ("Trp53", "mouse", ""),
        ("Trp53", "", ""),
        ("Control1", "human", ""),
        ("Day3", "human", ""),
        ("GFP", "mouse", ""),
        ("C1orf112", "human", ""),
    ],
)
def test_how_a_gene_is_written_tells_whose_it_is(text, species, other):
    assert other_species(text, species) == other


def test_a_gene_of_another_species_is_a_hint_only(tmp_path):
    checked, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("gene", "Trp53"), species="human")
    assert level is Level.HINT
    assert "Should it be TRP53?" in sentence
    assert checked[0].values == {"gene": "Trp53"}


# --- numbers


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.23E+15", "power of ten"),
        ("1,23457E+12", "power of ten"),
        ("4006381333931000000", "15 digits"),
        (Odd(Kind.NUMBER, "1.234567890123457e+19"), "power of ten"),
        (Odd(Kind.NUMBER, "12345678901234567"), "15 digits"),
    ],
    ids=["short", "comma", "rounded text", "float", "rounded cell"],
)
def test_a_long_identifier_that_became_a_number_is_an_error(tmp_path, cell, why):
    _, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("Barcode", "4006381333931", cell))
    assert level is Level.ERROR
    assert why in sentence


@pytest.mark.parametrize("cell", ["4006381333931", "400638133393112345", "007", "1.5E+05"], ids=str)
def test_an_identifier_that_kept_its_digits_is_none(tmp_path, cell):
    checked, findings, _ = check(tmp_path, *column_of("Barcode", cell))
    assert findings == []
    assert checked[0].values == {"Barcode": cell}


def test_large_measurements_are_no_identifiers(tmp_path):
    assert check(tmp_path, *column_of("photons", "1.23E+15", "2.5", "3"))[1] == []


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ("12.5 µM", "Write 12.5, and the unit in the column’s name: “dose (µM)”."),
        ("10%", "“dose (%)”"),
        ("37 °C", "“dose (°C)”"),
        ("1,5", "Write 1.5."),
        ("1;2", "keep one, or add a column"),
    ],
)
def test_stray_units_commas_and_lists_among_numbers_are_errors(tmp_path, cell, mend):
    _, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("dose", "1", "2", "3", "4", cell))
    assert level is Level.ERROR
    assert mend in sentence


def test_words_among_numbers_are_hints_and_nothing_is_nothing(tmp_path):
    checked, findings, notes = check(tmp_path, *column_of("dose", *"123456789", "saturated", "n/a"))
    assert [(row, level) for row, _, level, _ in findings] == [(11, Level.HINT)]
    assert checked[-1].values == {"dose": ""}
    assert notes == ["“dose”: one value said “n/a” or the like, and count as empty."]


def test_a_unit_in_every_cell_is_said_once(tmp_path):
    with staged(tmp_path, *column_of("dose", "1 µM", "2 µM", "5 µM")) as table:
        (sentence,) = table.columns[1].sentences
    assert sentence == "All values end in µM. Call the column “dose (µM)” and leave the bare numbers."


# --- cells


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        (Odd(Kind.FORMULA), "open and save the table once more"),
        (Odd(Kind.ERROR, "#REF!"), "Write the value itself"),
        ("#N/A", "Write the value itself"),
        (Odd(Kind.MERGED), "Unmerge it"),
        ("x" * 1001, "at most 1000 are kept"),
    ],
    ids=["formula", "error cell", "error text", "merged", "long"],
)
def test_cells_without_a_value_of_their_own_are_errors(tmp_path, cell, mend):
    _, ((row, column, level, sentence),), _ = check(tmp_path, *column_of("note", "a", cell))
    assert (row, column, level) == (3, "note", Level.ERROR)
    assert mend in sentence


@pytest.mark.parametrize("text", ["a b ", "\u00a0a b", "a  b", "a\u2009b", "a\u200b b", "a\tb"], ids=ascii)
def test_spaces_that_nobody_sees_are_taken_out_and_told(tmp_path, text):
    assert clean(text) == "a b"
    checked, findings, notes = check(tmp_path, *column_of("note", text))
    assert (checked[0].values, findings) == ({"note": "a b"}, [])
    assert notes == ["“note”: spaces that were hidden, doubled or at the end were taken out of one value."]


def test_several_values_in_a_cell_are_kept_with_a_hint(tmp_path):
    checked, ((_, _, level, _),), _ = check(tmp_path, *column_of("stain", "DAPI; GFP"))
    assert (level, checked[0].values) == (Level.HINT, {"stain": "DAPI; GFP"})


def test_obsolete_terms_are_named_with_their_replacement(tmp_path):
    known = {"obsolete": {"fbbi:00000246": "FBbi:00000246 is obsolete. Use FBbi:00000243."}}
    _, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("method", "FBbi:00000246"), **known)
    assert (level, sentence) == (Level.HINT, "FBbi:00000246 is obsolete. Use FBbi:00000243.")


@pytest.mark.parametrize(("text", "well"), [("A1", "A01"), ("b03", "B03"), ("H-12", "H12"), ("AA1", "AA01")])
def test_wells_get_their_zero_back(tmp_path, text, well):
    checked, findings, notes = check(tmp_path, *column_of("Well", text))
    assert (checked[0].values, findings) == ({"Well": well}, [])
    assert len(notes) == (text != well)


@pytest.mark.parametrize("text", ["12", "A01; A02", "Z99x"], ids=str)
def test_what_is_no_well_is_an_error(tmp_path, text):
    assert check(tmp_path, *column_of("Well", text))[1][0][2] is Level.ERROR


# --- associations


def test_a_file_belongs_to_what_the_deposit_names(tmp_path):
    checked, findings, _ = check(
        tmp_path, ["path", "component", "Biosample"], ["a", "time-LAPSE", "Wild type"], ["b", "", ""]
    )
    assert findings == []
    assert [row.associations for row in checked] == [
        {"component": "Time-lapse", "biosample": "Wild type"},
        {"component": "", "biosample": ""},
    ]


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("Timelapse", "Did you mean “Time-lapse”?"),
        ("Other", "Its names are “Time-lapse”, “Fixed cells”."),
        ("Time-lapse; Fixed cells", "A file belongs to one component"),
    ],
)
def test_another_name_is_an_error_with_a_proposal(tmp_path, text, mend):
    _, ((_, _, level, sentence),), _ = check(tmp_path, *column_of("component", text))
    assert level is Level.ERROR
    assert mend in sentence


def test_where_nothing_has_a_name_nothing_belongs_to_it(tmp_path):
    _, ((_, _, _, sentence),), _ = check(tmp_path, *column_of("specimen", "S1"))
    assert "has no specimen with a name" in sentence


# --- rows and heads


def test_paths_may_be_written_as_windows_does(tmp_path):
    checked, findings, notes = check(tmp_path, ["File name", "x"], ["plate\\A01.tif", "1"], ["./b/c.tif", "2"])
    assert ([row.path for row in checked], findings) == (["plate/A01.tif", "b/c.tif"], [])
    assert notes == ["“File name”: backslashes of one value were read as “/”."]


def test_a_row_without_a_path_is_an_error_and_a_blank_one_is_none(tmp_path):
    _, findings, _ = check(tmp_path, ["path", "x"], ["", ""], [" ", ""], ["", "1"])
    assert [(row, level) for row, _, level, _ in findings] == [(4, Level.ERROR)]


def test_rows_of_one_path_are_errors_unless_they_say_the_same(tmp_path):
    rows = (["path", "x"], ["a", "1"], ["b", "1"], ["a", "2"], ["b", "1"])
    with staged(tmp_path, *rows) as table:
        table.find_repeats()
        found = [(one.row, one.level, one.value) for one in table.findings()]
        assert found == [(2, Level.ERROR, "a"), (4, Level.ERROR, "a"), (5, Level.HINT, "b")]
        assert table.finding_counts() == {"errors": 2, "hints": 1, "wrong": 2}
        assert table.wrong_rows([2, 3, 4]) == {2, 4}


@pytest.mark.parametrize(
    ("rows", "mend"),
    [
        ([["well", "x"], ["A01", "1"]], "No column is called “path”"),
        ([["path", "x", "X"], ["a", "1", "2"]], "Two columns are called “x”"),
        ([["path", "x"], ["a", "1", "2"]], "Column 3 holds values and has no name"),
        ([["path", *map(str, range(120))], ["a"]], "at most 100 are kept"),
        ([["path", "x" * 101], ["a"]], "Shorten it"),
        ([["path", "x"]], "no row below its first one"),
        ([], "The table is empty"),
        ([["path"], *[[str(number)] for number in range(11)]], "more than 10 rows"),
    ],
    ids=["no path", "twice", "no name", "many", "long", "no rows", "empty", "too many rows"],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, rows, mend):
    with pytest.raises(Unreadable, match=mend):
        staged(tmp_path, *rows, most=10)


def test_the_head_may_stand_below_blank_rows(tmp_path):
    checked, findings, _ = check(tmp_path, [], ["", ""], [" path ", "Gene\u00a0"], ["a", "TP53"])
    assert (checked[0].row, checked[0].values, findings) == (4, {"Gene": "TP53"}, [])


# --- suggestions


def test_columns_are_suggested_from_the_names(tmp_path):
    paths = [
        f"P{plate}/x_{well}_s{s}_w{w}.tif" for plate in "12" for well in ("A01", "B02") for s in "12" for w in "12"
    ]
    found = suggested_columns(paths, [])
    assert found.columns == ("Plate", "Well", "Field", "Channel")
    assert found.of("P2/x_B02_s1_w2.tif") == {"Plate": "P2", "Well": "B02", "Field": "1", "Channel": "2"}
    assert found.of("notes.txt") == dict.fromkeys(found.columns, "")


def test_sections_and_times_are_suggested_too():
    found = suggested_columns([f"cell_t{t}_z{z}.ome.tif" for t in (1, 2) for z in (1, 2)], [])
    assert found.columns == ("Z", "T")
    assert found.of("cell_t1_z2.ome.tif") == {"Z": "2", "T": "1"}


def test_what_is_there_or_the_same_everywhere_is_not_suggested():
    paths = ["a_s1_w1.tif", "a_s2_w1.tif"]
    assert suggested_columns(paths, []).columns == ("Field",)
    assert suggested_columns(paths, ["field"]).columns == ()
