"""What must be true of every page, read from its HTML: names, references, landmarks, nothing inline.

A browser tells more (tests/browser); this runs everywhere and in milliseconds.
"""

from collections import Counter
from html.parser import HTMLParser

ONCE = ("main", "h1", "title", "header", "footer")
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "popovertarget")
UNLABELLED_TYPES = {"hidden", "submit", "button"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.inside_label: list[int] = []
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "label" in self.open:
            self.inside_label.append(len(self.elements))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if "title" in self.open and "svg" not in self.open:
            self.title += data


def problems_of(html: str) -> list[str]:
    """Every rule that a page breaks, as a sentence; an empty list is a sound page."""
    reader = _Reader()
    reader.feed(html)
    return [*_frame(reader), *_references(reader), *_names(reader), *_inline(reader)]


def _frame(reader: _Reader) -> list[str]:
    tags = Counter(tag for tag, _ in reader.elements)
    found = [f"{tags[tag]} elements {tag}, not one." for tag in ONCE if tags[tag] != 1]
    language = next((attrs.get("lang") for tag, attrs in reader.elements if tag == "html"), None)
    if language != "en":
        found.append("The page does not say its language.")
    if not reader.title.strip(" ·\n"):
        found.append("The title is empty.")
    if not any(attrs.get("href") == "#main" for tag, attrs in reader.elements if tag == "a"):
        found.append("There is no skip link.")
    return found


def _references(reader: _Reader) -> list[str]:
    ids = Counter(attrs["id"] for _, attrs in reader.elements if attrs.get("id"))
    found = [f"The id {name} stands {count} times." for name, count in ids.items() if count > 1]
    for tag, attrs in reader.elements:
        names = " ".join(attrs.get(attribute, "") for attribute in REFERENCES).split()
        found += [f"{tag} names the id {name}, which is not there." for name in names if name not in ids]
        if tag == "a" and attrs.get("href", "").startswith("#") and attrs["href"][1:] not in ids:
            found.append(f"A link leads to {attrs['href']}, which is not there.")
    return found


def _names(reader: _Reader) -> list[str]:
    labelled = {attrs.get("for") for tag, attrs in reader.elements if tag == "label"}
    found = []
    for at, (tag, attrs) in enumerate(reader.elements):
        is_field = tag in {"select", "textarea"} or (tag == "input" and attrs.get("type") not in UNLABELLED_TYPES)
        has_name = attrs.get("id") in labelled or at in reader.inside_label or "aria-label" in attrs
        if is_field and not has_name:
            found.append(f"{tag} {attrs.get('name')} has no label.")
        if tag == "img" and not {"alt", "width", "height"} <= attrs.keys():
            found.append(f"img {attrs.get('src')} lacks alt, width or height.")
        is_post = tag == "form" and attrs.get("method", "get").lower() == "post"
        if is_post and "csrfmiddlewaretoken" not in _rest(reader, at):
            found.append(f"The form to {attrs.get('action')} has no token against forgery.")
    return found


def _rest(reader: _Reader, at: int) -> set[str]:
    """The names of the fields that follow up to the next form."""
    names = set()
    for tag, attrs in reader.elements[at + 1 :]:
        if tag == "form":
            break
        names.add(attrs.get("name", ""))
    return names


def _inline(reader: _Reader) -> list[str]:
    found = []
    for tag, attrs in reader.elements:
        found += [f"{tag} has {name}." for name in attrs if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "script" and "src" not in attrs and "json" not in attrs.get("type", ""):
            found.append("A script stands in the page.")
    return found
