"""Which channels a picture shows, and in which colours."""

import math
import re

from archive.imaging.model import Channel, ImageMetadata

# Channels drawn together unless a person asks for others; more than this blends into white.
MOST_CHANNELS = 5
WHITE = "FFFFFF"
# For channels that say nothing of themselves: three as is the custom, else in an order in which neighbours stay apart.
PRIMARIES = ("FF0000", "00FF00", "0000FF")
PALETTE = ("00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF")
# The upper end of an emission in nm, and the colour that people expect for it.
BANDS = ((490, "0000FF"), (560, "00FF00"), (585, "FFFF00"), (670, "FF0000"), (math.inf, "FF00FF"))
# Dyes and proteins by what their names hold, where no wavelength is stated.
DYES = (
    (r"dapi|hoechst|\bbfp|405|\bdna\b|nucle(us|i)\b", "0000FF"),
    (r"\bcfp|cerulean|turquoise", "00FFFF"),
    (r"gfp|fitc|488|alexa ?fluor ?488|cy2|phalloidin", "00FF00"),
    (r"\byfp|venus|citrine", "FFFF00"),
    (r"rfp|mcherry|tritc|cy3|texas|rhod|56[18]|594|tomato", "FF0000"),
    (r"cy5|64[07]|far ?red", "FF00FF"),
)
TRANSMITTED = re.compile(
    r"bright ?field|transmi|\bdic\b|\bphase\b|nomarski|\btl\b|\bt-?pmt|\bbf\b|\besid\b", re.IGNORECASE
)


def drawn_channels(image: ImageMetadata, count: int) -> tuple[int, ...]:
    """The channels of a default picture: fluorescence without the transmitted light, which would wash it out."""
    shown = [at for at in range(count) if not TRANSMITTED.search(_channel(image, at).name)]
    return tuple((shown or list(range(count)))[:MOST_CHANNELS])


def channel_colours(image: ImageMetadata, count: int) -> tuple[str, ...]:
    """RRGGBB for each channel: its own, else by its wavelength or dye, else from the palette; a single one is grey.

    Several channels that all state one colour (writers put white everywhere) state nothing, and so does black.
    """
    own = [stated(_channel(image, at).color) for at in range(count)]
    if count == 1:
        return (own[0] or WHITE,)
    if len(set(own)) == 1:
        own = [""] * count
    return tuple(_complete(image, own))


def _complete(image: ImageMetadata, stated: list[str]) -> list[str]:
    guessed = [own or _guess(_channel(image, at)) for at, own in enumerate(stated)]
    palette = PRIMARIES if len(stated) == 3 else PALETTE
    free = iter([colour for colour in palette if colour not in guessed] + list(PALETTE) * len(stated))
    done: list[str] = []
    for own, guess in zip(stated, guessed, strict=True):
        # Two channels may state one colour; two that are guessed alike are told apart.
        done.append(guess if guess and (own or guess not in done) else next(free))
    return done


def _guess(channel: Channel) -> str:
    if channel.emission_nm:
        return next(colour for end, colour in BANDS if channel.emission_nm < end)
    name = f"{channel.name} {channel.fluorophore}"
    return next((colour for pattern, colour in DYES if re.search(pattern, name, re.IGNORECASE)), "")


def _channel(image: ImageMetadata, at: int) -> Channel:
    return image.channels[at] if at < len(image.channels) else Channel()


def stated(colour: str) -> str:
    """Upper-case RRGGBB, or nothing for what is black or no colour."""
    colour = colour.strip("# ").upper()
    return colour if re.fullmatch(r"[0-9A-F]{6}", colour) and colour != "000000" else ""


def components(colour: str) -> tuple[float, float, float]:
    """Red, green, blue from 0 to 1."""
    return (int(colour[0:2], 16) / 255, int(colour[2:4], 16) / 255, int(colour[4:6], 16) / 255)
