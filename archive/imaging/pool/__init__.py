"""The sandboxed imaging pool: originals are opened here and nowhere else.

`python -m archive.imaging.pool --socket PATH --workers N` serves a Unix socket. The server forks warm workers, each
locked to one folder of files, and kills the one that takes too long or too much. `client.ImagingPool` is what the
portal calls.
Across both borders go length-prefixed JSON and raw bytes, never pickle.
"""
