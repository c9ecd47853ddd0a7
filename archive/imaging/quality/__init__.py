"""PURE: checks of files and images. table.py holds their words, checking.py looks at an image, in the pool only.

A check says what is odd and what to do about it; it never forbids. A new check is a row of the table and a function.
"""

from archive.imaging.quality.table import ALL, BY_CODE, CHECKS, ELSEWHERE, Check

__all__ = ["ALL", "BY_CODE", "CHECKS", "ELSEWHERE", "Check"]
