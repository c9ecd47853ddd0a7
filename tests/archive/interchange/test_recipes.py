"""Lines to copy: whatever a file is called, a shell sees one name and one address, and Python one text."""

import ast
import shlex

import pytest

from archive.interchange import recipes

URL = "https://archive.example/api/v1/datasets/MG-D1/files/3/content"
NAMES = {
    "plain": "a.tif",
    "spaces": "my image 1.tif",
    "single quote": "it's.tif",
    "double quote": 'a"b.tif',
    "dollar": "$(rm -rf ~) $HOME.tif",
    "backtick": "`reboot`.tif",
    "option": "-rf.tif",
    "lines": "a\nb.tif",
    "semicolon": "a;reboot|b&.tif",
    "letters": "Zelle_ä_細胞.tif",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_one_word_of_the_shell(name):
    curl, wget = recipes.download(URL, name)
    target = f"./{name}" if name.startswith("-") else name
    assert shlex.split(curl.text) == ["curl", "-fL", "-C", "-", "-o", target, URL]
    assert shlex.split(wget.text) == ["wget", "-c", "-O", target, URL]


@pytest.mark.parametrize("path", ["raw/plate 1/a.tif", "..\\..\\a.tif", "/etc/a.tif"])
def test_a_path_becomes_a_name_in_the_present_folder(path):
    assert recipes.local_name(path) == "a.tif"


def test_what_is_private_names_the_variable_of_the_token():
    for line in recipes.download(URL, "a.tif", private=True):
        assert "Bearer $PORTAL_TOKEN" in line.text
    assert 'os.environ["PORTAL_TOKEN"]' in recipes.tiff(URL, private=True).text
    (only,) = recipes.zarr(URL, private=True)
    assert 'os.environ["PORTAL_TOKEN"]' in only.text


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_python_is_python_and_imports_what_it_uses(private):
    hostile = URL + "?name=it's\"a.tif"
    for line in (recipes.tiff(hostile, private=private), recipes.zarr(hostile, private=private)[0]):
        tree = ast.parse(line.text)
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert hostile in texts
        assert ("import os" in line.text) is private


def test_a_query_does_not_end_the_command():
    curl, _ = recipes.download(f"{URL}?version=1&file=2", "a.zip")
    assert shlex.split(curl.text)[-1] == f"{URL}?version=1&file=2"


def test_another_part_of_a_version_is_another_file_so_that_no_download_goes_on_at_the_end_of_it():
    parts = ("", "file=47", "folder=cells", "file=47&file=48")
    names = {shlex.split(recipes.package(URL, "MG-D1.1", part=part)[0].text)[5] for part in parts}
    assert len(names) == len(parts)
    assert "MG-D1.1.zip" in names
    whole, some = (recipes.package(URL, "MG-D1.1", part=part) for part in parts[:2])
    assert recipes.package_name("MG-D1.1", "file=47") in some[2].text
    assert "cd MG-D1.1 " in whole[2].text
    assert "cd MG-D1.1 " in some[2].text
