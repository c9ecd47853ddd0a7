"""What the error pages say: for each status a heading and a sentence that tells the reader what to do next.

A domain error brings its own sentence; these are the words where there is none, and never a bare number.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorWords:
    heading: str
    sentence: str


ERROR_WORDS = {
    400: ErrorWords(
        "This request could not be read.",
        "The address or the form held something unexpected. Go back, correct it and send it again.",
    ),
    401: ErrorWords(
        "Please sign in.",
        "This address answers only those who say who they are: sign in, or send a token that is valid.",
    ),
    403: ErrorWords(
        "This is not open to you.",
        "The record may be private, or the page may need another role. If you should see it, "
        "sign in with the account that was given access, or ask the owner of the dataset to invite you.",
    ),
    404: ErrorWords(
        "No record has this address.",
        "Accessions never change, so it may be a typing slip; or the record is private, and opens after you sign in.",
    ),
    405: ErrorWords(
        "This address does not do that.",
        "It takes what a form sends, and cannot be opened in another way. Go back to the page you came from; scripts "
        "find in the API's documentation what each address takes.",
    ),
    409: ErrorWords(
        "Something changed in the meantime.",
        "Somebody else, or another window of yours, was faster. Open the page again to see how it stands now, "
        "then repeat your step if it is still needed.",
    ),
    410: ErrorWords(
        "This is no longer here.",
        "It was withdrawn or has expired. The record's page says what happened and what replaces it.",
    ),
    413: ErrorWords(
        "This is more than the portal takes at once.",
        "Send large files through the deposit page, which uploads them in pieces; the limits stand in the help.",
    ),
    415: ErrorWords(
        "This kind of content is not taken here.",
        "Send JSON, or for an upload the content type that the API's documentation names.",
    ),
    416: ErrorWords(
        "This part of the file does not exist.",
        "The range of bytes that was asked for lies outside of the file. Ask for one inside of it, or for the whole.",
    ),
    422: ErrorWords(
        "Something has to be changed.",
        "A value cannot be used as it is. Go back, correct it and send it again; what you typed is kept.",
    ),
    429: ErrorWords(
        "That was a little too fast.",
        "You have sent many requests in a short time. Wait a minute, then go on; nothing was lost.",
    ),
    460: ErrorWords(
        "The bytes differ.",
        "What arrived is not what was announced, so it was dropped. Send the same piece again; the rest is kept.",
    ),
    500: ErrorWords(
        "The portal made a mistake.",
        "It was ours, not yours, and it has been written to the log. Try again in a minute; what you had saved "
        "is kept.",
    ),
    503: ErrorWords(
        "A part of the portal does not answer at the moment.",
        "Nothing is lost: records, files and drafts are kept. Please try again in a minute.",
    ),
    507: ErrorWords(
        "The storage is full.",
        "What has arrived is kept and uploads can go on later. The people who run this portal have to make room first.",
    ),
}


def words_of(status: int | str | None) -> ErrorWords:
    """The words for a status; a status that is not listed gets those of its class (400 or 500)."""
    code = int(status) if str(status or "").isdigit() else 500
    return ERROR_WORDS.get(code) or ERROR_WORDS[400 if 400 <= code < 500 else 500]
