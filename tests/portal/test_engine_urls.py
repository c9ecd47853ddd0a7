"""Places to import from, as an administrator writes them."""

import pytest

from portal.settings.engines import BadEngineURL, import_roots


def test_folders_and_buckets_are_named():
    found = import_roots(
        "microscopes=file:///mnt/micro%20scopes raw=s3://key:secret@s3.example.org:9000/bucket?prefix=2026"
    )
    assert list(found) == ["microscopes", "raw"]
    assert found["microscopes"]["OPTIONS"] == {"location": "/mnt/micro scopes"}
    options = found["raw"]["OPTIONS"]
    assert (options["bucket_name"], options["location"], options["access_key"]) == ("bucket", "2026", "key")
    assert import_roots(" ") == {}


@pytest.mark.parametrize("text", ["/mnt/microscopes", "=file:///mnt", "a=http://example.org", "a=file:///b c"])
def test_what_is_no_place_is_refused_with_what_to_write(text):
    with pytest.raises(BadEngineURL, match="write name=file:///folder"):
        import_roots(text)
