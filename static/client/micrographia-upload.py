#!/usr/bin/env python3
"""Upload files and folders to a dataset of a Micrographia portal. Needs Python 3.8 or later and nothing else.

    export MICROGRAPHIA_TOKEN=mg_...          # made on your account page, with the scope "deposit"
    python3 micrographia-upload.py https://portal.example.org MG-D1001 my-folder more.tif

Several files go at once. Whatever interrupts it, the same command goes on where it stopped: what the portal has is not
sent again. Each file's SHA-256 is compared with the one that the portal computed of what it stored.

Exit codes: 0 all files are there and verified; 1 some are not (each is named); 2 the command or the token is wrong;
3 the portal stored other bytes than were read here; 130 interrupted.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import queue
import ssl
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

BLOCK = 1 << 20
# A request carries at most so much: proxies limit bodies, and a lost connection costs no more than what was not stored.
PART = 256 << 20
# A file of this size or less goes with the request that announces it.
SMALL = 1 << 20
TIMEOUT = 120
# Without any progress for so long, a file is given up.
PATIENCE = 900
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
VERIFY_SECONDS, SETTLE_SECONDS = 3600, 20
NOT_YET = "the portal has not verified it yet; look at the deposit page later"


class Refused(Exception):
    """The portal says no, in a sentence; trying again would not help."""

    def __init__(self, status, sentence, kind=""):
        super().__init__(sentence)
        self.status = status
        self.kind = kind


class Unreachable(Exception):
    """The connection failed, or the portal is busy; it is tried again after `wait` seconds."""

    def __init__(self, sentence, wait=0.0):
        super().__init__(sentence)
        self.wait = wait


class Connection:
    """One connection to the portal, kept open; of one thread."""

    def __init__(self, server, token):
        self.server = server.rstrip("/") + "/"
        self.token = token
        self.link = None

    def ask(self, method, address, headers=None, body=None):
        """(status, headers, body) of an answer below 400. Raises Refused and Unreachable."""
        url = urlsplit(urljoin(self.server, address))
        sent = {"Authorization": "Bearer " + self.token, "Tus-Resumable": "1.0.0", **(headers or {})}
        try:
            if self.link is None:
                secure = url.scheme == "https"
                kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
                more = {"context": ssl.create_default_context()} if secure else {}
                self.link = kind(url.netloc, timeout=TIMEOUT, **more)
            self.link.request(method, url.path + ("?" + url.query if url.query else ""), body=body, headers=sent)
            answer = self.link.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            why = str(error) or type(error).__name__
            raise Unreachable(f"the connection to the portal failed ({why})") from error
        if answer.status >= 400:
            self.close()  # the rest of a body that was not read must not be taken for the next request
            raise _problem(answer, content)
        return answer.status, answer.headers, content

    def close(self):
        if self.link is not None:
            self.link.close()
            self.link = None


def _problem(answer, content):
    try:
        told = json.loads(content)
        sentence, kind = told.get("detail") or told.get("title"), told.get("type", "").rpartition("#")[2]
    except (ValueError, AttributeError):
        sentence, kind = None, ""
    sentence = sentence or f"The portal answered {answer.status} {answer.reason}."
    if answer.status in (408, 423, 425, 429, 500, 502, 503, 504) or kind == "offset-mismatch":
        wait = answer.headers.get("Retry-After", "")
        return Unreachable(sentence, float(wait) if wait.isdigit() else 0.0)
    return Refused(answer.status, sentence, kind)


class Item:
    """A file here, and the path that it has in the dataset."""

    def __init__(self, source, path):
        self.source = source
        self.path = path
        state = source.stat()
        self.size = state.st_size
        self.changed = state.st_mtime_ns
        self.sha256 = ""

    def require_unchanged(self):
        state = self.source.stat()
        if (state.st_size, state.st_mtime_ns) != (self.size, self.changed):
            raise Refused(0, "it changed while it was sent. Let what writes it finish, then run the command again.")


class Reader:
    """A part of a file as the body of a request: hashed while it is read, counted while it is sent."""

    def __init__(self, file, length, digest, progress):
        self.file, self.left, self.digest, self.progress = file, length, digest, progress

    def __iter__(self):
        while self.left:
            block = self.file.read(min(BLOCK, self.left))
            if not block:
                raise OSError("the file became shorter")
            self.left -= len(block)
            self.digest.update(block)
            self.progress.count(len(block))
            yield block


class Progress:
    """What was sent so far, as a line that renews itself, or a line every ten seconds where nobody looks."""

    def __init__(self, files, size, stream=sys.stderr):
        self.files, self.size, self.stream = files, size, stream
        self.done = self.sent = self.skipped = 0
        self.began = self.told = time.monotonic()
        self.lock = threading.Lock()
        self.is_live = stream.isatty()

    def count(self, size):
        with self.lock:
            self.sent += size
            self._tell()

    def finish(self, item, sent):
        with self.lock:
            self.done += 1
            if not sent:
                self.skipped += item.size
            self._tell()

    def say(self, sentence):
        with self.lock:
            print(("\r\033[K" if self.is_live else "") + sentence, file=self.stream, flush=True)

    def _tell(self):
        if time.monotonic() - self.told < (0.2 if self.is_live else 10):
            return
        self.told = time.monotonic()
        speed = self.sent / max(self.told - self.began, 0.001)
        left = max(0, self.size - self.skipped - self.sent)
        line = f"{self.done} of {self.files} files, {size_words(self.size - left)} of {size_words(self.size)}"
        if speed:
            line += f", {size_words(speed)}/s, {time_words(left / speed)} left"
        before, after = ("\r\033[K", "") if self.is_live else ("", "\n")
        print(before + line, end=after, file=self.stream, flush=True)


def size_words(size):
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def time_words(seconds):
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def items_of(paths):
    """All files below the paths. A folder's files keep its name before theirs, as when it is dropped on the page."""
    found = []
    for path in paths:
        if path.is_file():
            found.append(Item(path, path.name))
            continue
        top = path.resolve()
        for folder, folders, names in os.walk(str(top)):
            folders.sort()
            for name in sorted(names):
                source = Path(folder, name)
                if name not in LITTER and not name.startswith("._") and source.is_file():
                    found.append(Item(source, (Path(top.name) / source.relative_to(top)).as_posix()))
    return found


def stored_files(connection, dataset):
    """What the portal has of the dataset's draft: {path: (size, sha256 or "" until it is known, what is wrong)}."""
    found = {}
    address = f"api/v1/depositions/{dataset}/files?size=200"
    while address:
        page = json.loads(connection.ask("GET", address)[2])
        for file in page["results"]:
            found[file["path"]] = (file["size"], file["sha256"], file["reason"] if file["state"] == "damaged" else "")
            if file["kind"] == "bundle":
                members = connection.ask("GET", "api/v1/datasets/{}/files/{}/members".format(dataset, file["id"]))[2]
                for line in members.splitlines():
                    member = json.loads(line)
                    path = "{}/{}".format(file["path"], member["path"])
                    found[path] = (member["size"], member["sha256"], "")
        following = page["next"]
        address = f"{urlsplit(following).path}?{urlsplit(following).query}" if following else ""
    return found


def sha256_of(item):
    digest = hashlib.sha256()
    with item.source.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


class Uploader:
    """Sends the files of a queue; one of several that share its lists."""

    def __init__(self, options, known, progress):
        self.options, self.known, self.progress = options, known, progress
        self.connection = Connection(options.server, options.token)

    def send(self, item):
        """Returns whether bytes were sent. Raises Refused."""
        if self._is_there(item, self.known):
            return False
        try:
            self._again(item, self._announce_small if item.size <= SMALL else self._send_large)
        except Refused as refused:
            # An earlier run had just sent it.
            if refused.status == 409 and self._is_there(item, stored_files(self.connection, self.options.dataset)):
                return False
            more = " (--replace does so.)" if refused.kind == "path-taken" else ""
            raise Refused(refused.status, f"{refused}{more}", refused.kind) from refused
        item.require_unchanged()
        return True

    def _is_there(self, item, known):
        """Whether the portal has these bytes, or as many whose digest it does not know yet."""
        size, sha256, trouble = known.get(item.path, (-1, "", ""))
        if size != item.size or trouble:
            return False
        item.sha256 = sha256_of(item)
        return sha256 in ("", item.sha256)

    def _again(self, item, attempt):
        """Until it is done, or nothing has moved for PATIENCE seconds."""
        pause, self.moved, self.stored = 1.0, time.monotonic(), 0
        while True:
            try:
                return attempt(item)
            except Unreachable as failure:
                if time.monotonic() - self.moved > self.options.patience:
                    sentence = f"{failure}; nothing arrived for {time_words(self.options.patience)}"
                    raise Refused(0, sentence + ". Run the command again to go on.") from failure
                wait = max(pause, failure.wait)
                self.progress.say("{}: {}; again in {:.0f} s".format(item.path, str(failure).rstrip("."), wait))
                time.sleep(wait)
                pause = min(pause * 2, 60)

    def _create(self, item, body=None):
        """The upload's address, and how far it is: an earlier one of the same file goes on."""
        words = {"dataset": self.options.dataset, "relativePath": item.path}
        if body is not None:
            words["sha256"] = item.sha256
        if self.options.replace:
            words["replace"] = "true"
        pairs = (key + " " + base64.b64encode(value.encode()).decode() for key, value in words.items())
        headers = {"Upload-Length": str(item.size), "Upload-Metadata": ",".join(pairs)}
        if body:
            headers["Content-Type"] = "application/offset+octet-stream"
        _, told, _ = self.connection.ask("POST", "api/v1/uploads/", headers, body)
        offset = int(told["Upload-Offset"])
        if offset > self.stored:
            self.moved, self.stored = time.monotonic(), offset
        return told["Location"], offset

    def _announce_small(self, item):
        content = item.source.read_bytes()
        item.sha256 = hashlib.sha256(content).hexdigest()
        address, offset = self._create(item, content)
        if offset < item.size:
            self._patch(address, offset, item.size - offset, content[offset:])
        self.progress.count(item.size)

    def _send_large(self, item):
        address, offset = self._create(item)
        digest = hashlib.sha256()
        with item.source.open("rb") as file:
            # What is there already is only read again, for the digest of the whole.
            for _ in Reader(file, offset, digest, self.progress):
                self.moved = time.monotonic()
            while offset < item.size:
                length = min(PART, item.size - offset)
                self._patch(address, offset, length, Reader(file, length, digest, self.progress))
                offset += length
                self.moved = time.monotonic()
        item.sha256 = digest.hexdigest()

    def _patch(self, address, offset, length, body):
        headers = {
            "Upload-Offset": str(offset),
            "Content-Length": str(length),
            "Content-Type": "application/offset+octet-stream",
        }
        self.connection.ask("PATCH", address, headers, body)


def send_all(options, items, known):
    """[(item, sentence)] of the files that were not taken."""
    waiting, failures = queue.Queue(), []
    for item in items:
        waiting.put(item)
    progress = Progress(len(items), sum(item.size for item in items))

    def work():
        uploader = Uploader(options, known, progress)
        while True:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                progress.finish(item, uploader.send(item))
            except (Refused, OSError) as failure:
                failures.append((item, str(failure)))
                progress.say(f"{item.path}: {failure}")

    threads = [threading.Thread(target=work, daemon=True) for _ in range(options.parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.5)  # so that Ctrl+C is heard
    return failures


def verify(options, items):
    """Wait until the portal has read what it stored; [(item, sentence)] of what is missing, damaged or different."""
    connection = Connection(options.server, options.token)
    began, pause, wrong = time.monotonic(), 0.5, []
    while items:
        waited = time.monotonic() - began
        try:
            there = stored_files(connection, options.dataset)
        except Unreachable as failure:
            if waited > options.patience:
                return [(item, f"its checksum could not be asked for: {failure}") for item in items]
        else:
            wrong = [(item, trouble) for item in items if (trouble := _trouble(item, there.get(item.path)))]
            # A file that is replaced shows its old bytes for a moment.
            settled = all(trouble != NOT_YET and waited > SETTLE_SECONDS for _, trouble in wrong)
            if settled or waited > VERIFY_SECONDS:
                break
        time.sleep(pause)
        pause = min(pause * 1.5, 30)
    return wrong


def _trouble(item, stored):
    """What is wrong with a file in the portal, a sentence; empty where it is verified and the same."""
    _, sha256, trouble = stored or (0, "", "")
    if trouble or not sha256:
        return trouble or NOT_YET
    return "" if sha256 == item.sha256 else f"the portal stored SHA-256 {sha256}, here it is {item.sha256}"


def options_of(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n\n")[0],
        epilog="The token is read from MICROGRAPHIA_TOKEN, or from a file. Run the same command again to go on.",
    )
    parser.add_argument("server", help="the portal's address, such as https://portal.example.org")
    parser.add_argument("dataset", help="the accession of your draft, such as MG-D1001")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders")
    parser.add_argument("--parallel", type=int, default=4, metavar="N", help="files at once (4)")
    parser.add_argument("--replace", action="store_true", help="replace files of the same path whose bytes differ")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="a file that holds the token")
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="S", help="seconds without progress (900)")
    options = parser.parse_args(arguments)
    for path in options.paths:
        if not path.exists():
            parser.error(f"there is no file or folder {path}")
    if not options.server.startswith(("https://", "http://")):
        parser.error("the server begins with https:// or http://")
    options.token = os.environ.get("MICROGRAPHIA_TOKEN", "")
    if options.token_file:
        options.token = options.token_file.read_text()
    options.token = options.token.strip()
    if not options.token:
        parser.error("set MICROGRAPHIA_TOKEN, or name a --token-file; your account page makes tokens")
    options.parallel = max(1, min(options.parallel, 12))
    return options


def main(arguments=None):
    options = options_of(arguments)
    items = items_of(options.paths)
    if not items:
        print("There are no files in what was named.", file=sys.stderr)
        return 2
    try:
        known = stored_files(Connection(options.server, options.token), options.dataset)
    except (Refused, Unreachable) as failure:
        print(failure, file=sys.stderr)
        return 2
    print(f"{len(items)} files, {size_words(sum(item.size for item in items))}", file=sys.stderr)
    failures = send_all(options, items, known)
    failed = {item.path for item, _ in failures}
    print("Waiting until the portal has verified them.", file=sys.stderr)
    try:
        wrong = verify(options, [item for item in items if item.path not in failed])
    except Refused as failure:
        print(f"The files are sent; asking for their checksums failed: {failure}", file=sys.stderr)
        return 1
    for item, sentence in failures + wrong:
        print(f"{item.path}: {sentence}", file=sys.stderr)
    print(f"{len(items) - len(failures) - len(wrong)} of {len(items)} files are there and verified.")
    if wrong:
        return 3
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
