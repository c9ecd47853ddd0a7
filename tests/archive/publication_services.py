"""Europe PMC, Crossref and DataCite as they answer, on loopback: real shapes, shortened; and their bad days."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DOI, PMID = "10.1038/s41592-018-0195-8", "30377375"
ARXIV = "10.48550/arxiv.1801.00001"

EUROPE_PMC: dict[str, Any] = {
    "version": "6.9",
    "hitCount": 1,
    "request": {"queryString": "DOI", "resultType": "core", "pageSize": 1},
    "resultList": {
        "result": [
            {
                "id": PMID,
                "source": "MED",
                "pmid": PMID,
                "pmcid": "PMC6884425",
                "doi": "10.1038/s41592-018-0195-8",
                "title": "A call for public archives for <i>biological</i> image data.",
                "authorString": "Ellenberg J, Swedlow JR, Image Data Consortium.",
                "authorList": {
                    "author": [
                        {
                            "fullName": "Ellenberg J",
                            "firstName": "Jan",
                            "lastName": "Ellenberg",
                            "initials": "J",
                            "authorId": {"type": "ORCID", "value": "0000-0001-5909-701X"},
                            "authorAffiliationDetailsList": {
                                "authorAffiliation": [{"affiliation": "EMBL, Heidelberg, Germany."}]
                            },
                        },
                        {"fullName": "Swedlow JR", "firstName": "Jason R", "lastName": "Swedlow", "initials": "JR"},
                        {"collectiveName": "Image Data Consortium"},
                    ]
                },
                "journalInfo": {
                    "yearOfPublication": 2018,
                    "journal": {"title": "Nature methods", "issn": "1548-7091"},
                },
                "pubYear": "2018",
                "abstractText": "<h4>Background</h4>Public data archives are the backbone of biology (p &lt; 0.05).",
                "grantsList": {
                    "grant": [
                        {"grantId": "203285/B/16/Z", "agency": "Wellcome Trust", "orderIn": 0},
                        {"grantId": "BB/M018423/1", "agency": "Biotechnology and Biological Sciences Research Council"},
                    ]
                },
                "license": "cc by",
            }
        ]
    },
}
NO_HITS = {"version": "6.9", "hitCount": 0, "resultList": {"result": []}}

CROSSREF: dict[str, Any] = {
    "status": "ok",
    "message-type": "work",
    "message-version": "1.0.0",
    "message": {
        "DOI": "10.1038/S41592-018-0195-8",
        "type": "journal-article",
        "title": ["A call for public archives for biological image data"],
        "container-title": ["Nature Methods"],
        "author": [
            {
                "ORCID": "http://orcid.org/0000-0001-5909-701X",
                "authenticated-orcid": False,
                "given": "Jan",
                "family": "Ellenberg",
                "sequence": "first",
                "affiliation": [],
            },
            {
                "ORCID": "https://orcid.org/0000-0002-2198-1958",
                "given": "Jason R.",
                "family": "Swedlow",
                "sequence": "additional",
                "affiliation": [{"name": "University of Dundee"}],
            },
        ],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Public <jats:i>data</jats:i> archives.</jats:p>",
        "funder": [
            {"name": "Wellcome", "DOI": "10.13039/100010269", "award": ["203285/B/16/Z"]},
            {"name": "European Commission", "award": ["653493"]},
            {"name": "EMBL"},
        ],
        "license": [
            {"URL": "https://www.springer.com/tdm", "content-version": "tdm"},
            {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"},
        ],
        "issued": {"date-parts": [[2018, 10, 30]]},
        "relation": {"has-preprint": [{"id-type": "doi", "id": "10.1101/123456", "asserted-by": "object"}]},
    },
}

DATACITE: dict[str, Any] = {
    "data": {
        "id": ARXIV,
        "type": "dois",
        "attributes": {
            "doi": ARXIV,
            "titles": [{"title": "Ein Archiv", "titleType": "TranslatedTitle"}, {"title": "An archive"}],
            "creators": [
                {
                    "name": "Lovelace, Ada",
                    "nameType": "Personal",
                    "givenName": "Ada",
                    "familyName": "Lovelace",
                    "affiliation": [{"name": "Institute of Examples"}],
                    "nameIdentifiers": [
                        {"nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID"}
                    ],
                },
                {"name": "Babbage, Charles", "affiliation": ["Analytical Engines"], "nameIdentifiers": []},
                {"name": "Royal Society", "nameType": "Organizational", "affiliation": []},
            ],
            "publisher": "arXiv",
            "publicationYear": 2018,
            "types": {"resourceTypeGeneral": "Preprint"},
            "descriptions": [{"description": "On archives.", "descriptionType": "Abstract"}],
            "fundingReferences": [{"funderName": "ERC", "awardNumber": "852448"}],
            "rightsList": [{"rightsUri": "https://creativecommons.org/publicdomain/zero/1.0/legalcode"}],
            "relatedIdentifiers": [
                {"relationType": "IsVersionOf", "relatedIdentifier": DOI, "relatedIdentifierType": "DOI"}
            ],
        },
    }
}

_KNOWN = {"crossref": {DOI: CROSSREF}, "datacite": {ARXIV: DATACITE}}


class Services:
    """`moods` maps a service (`europe_pmc`, `crossref`, `datacite`) to its bad day; `asked` are the paths that came."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.moods: dict[str, str] = {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.elsewhere = 0
        self.stop = threading.Event()

    @property
    def addresses(self) -> dict[str, str]:
        return {name.upper(): f"{self.address}/{name}" for name in ("europe_pmc", "crossref", "datacite")}

    def use(self, settings: Any) -> None:
        for name, address in self.addresses.items():
            setattr(settings, f"PORTAL_{name}_URL", address)


class _Handler(BaseHTTPRequestHandler):
    services: Services

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        services = self.services
        place, _, rest = urlsplit(self.path).path.removeprefix("/").partition("/")
        if place == "elsewhere":
            services.elsewhere += 1
            return self._send(200, json.dumps(CROSSREF).encode())
        services.asked.append(self.path)
        services.agents.append(self.headers["User-Agent"])
        mood = services.moods.get(place, "")
        with suppress(OSError):
            return getattr(self, f"_{mood}")() if mood else self._answer(place, rest)

    def _answer(self, place: str, rest: str) -> None:
        if place == "europe_pmc":
            query = parse_qs(urlsplit(self.path).query)["query"][0]
            known = query in {f'DOI:"{DOI}"', f"EXT_ID:{PMID} AND SRC:MED"}
            return self._send(200, json.dumps(EUROPE_PMC if known else NO_HITS).encode())
        record = _KNOWN[place].get(unquote(rest.partition("/")[2]))
        if record:
            return self._send(200, json.dumps(record).encode())
        return self._send(404, b"Resource not found.", "text/plain")

    def _send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _fault(self) -> None:
        self._send(500, b'{"error": "Internal Server Error"}')

    def _busy(self) -> None:
        self._send(429, b"Too many requests", "text/plain")

    def _page(self) -> None:
        self._send(200, b"<html>Please sign in to the network</html>", "text/html")

    def _odd(self) -> None:
        self._send(200, b'[{"message": []}]')

    def _redirect(self) -> None:
        self._send(302, b"", Location=f"{self.services.address}/elsewhere/works/{DOI}")

    def _huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b" " * 1_000_000)

    def _slow(self) -> None:
        self.services.stop.wait(10)

    def _drip(self) -> None:
        """A header that never ends, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self._drop(b"X")

    def _dripping_body(self) -> None:
        self.send_response(200)
        self.end_headers()
        self._drop(b" ")

    def _drop(self, piece: bytes) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until and not self.services.stop.wait(0.05):
            self.wfile.write(piece)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"message": ')


@contextmanager
def running_services() -> Iterator[Services]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.services = Services(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler.services
    finally:
        handler.services.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
