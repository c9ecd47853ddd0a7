"""The one way in which names of terms and what people type are cut into words."""

import re
import unicodedata

# An apostrophe is part of a word and left out of it: baker's and bakers are the same.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def fold(text: str) -> str:
    """Without case and accents: `Ångström` → `angstrom`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("'", "").replace("’", "") for word in _WORD.findall(fold(text)))


def key(text: str) -> str:
    """Names with the same key are the same name: `C. elegans`, `c-elegans`."""
    return " ".join(words(text)) or fold(text).strip()


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """Each word as in `words`, with where it stands in the text."""
    spans = []
    for match in _WORD.finditer(text):
        folded = words(match.group())
        if len(folded) == 1:
            spans.append((folded[0], match.start(), match.end()))
    return spans
