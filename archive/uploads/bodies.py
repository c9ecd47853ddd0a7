"""The body of a request without a length (chunked): read up to what is missing, refused when it holds more."""

from gunicorn.http.errors import ParseException

from archive.errors import TooLarge
from archive.models import Upload
from archive.uploads.stores import Stream


class BrokenBody(OSError):
    """The chunks cannot be told apart any more: for the reader it is as if the connection had broken."""


class ChunkedBody:
    """`room` is how many bytes the upload lacks. `is_broken` tells afterwards whether the body ended as it should."""

    def __init__(self, stream: Stream, upload: Upload, room: int) -> None:
        self._stream, self._upload, self._room = stream, upload, room
        self.is_broken = False

    def read(self, size: int, /) -> bytes:
        if self._room <= 0:
            return b""
        piece = self._take(min(size, self._room))
        self._room -= len(piece)
        # Before the last piece is handed on, so that nothing makes a file of the beginning of a longer one.
        if piece and not self._room and self._take(1):
            raise TooLarge(
                f"“{self._upload.path}” was announced with {self._upload.size} bytes, and more than that came."
            )
        return piece

    def _take(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except ParseException as error:
            self.is_broken = True
            raise BrokenBody from error
