"""Small real files of every kind a question may show, made here."""

import io
import struct
import wave

from PIL import Image, ImageDraw


def picture(
    form: str = "PNG", *, size: tuple[int, int] = (80, 60), mode: str = "RGB", word: str = ""
) -> bytes:
    image = Image.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((10, 10, 40, 40), fill="red")
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = word
    image.save(out, form, **({"exif": exif} if word else {}))
    return out.getvalue()


def moving_picture() -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def recording(seconds: float = 1.0) -> bytes:
    """WAV, 8 kHz, one channel."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * int(8000 * seconds))
    return out.getvalue()


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def film(
    seconds: float = 2.0, *, codec: bytes = b"avc1", brand: bytes = b"isom", wide: bool = False
) -> bytes:
    """An MP4 whose boxes are whole; there is nothing to see in it."""
    ticks = int(seconds * 1000)
    if wide:
        head = b"\x01\0\0\0" + struct.pack(">QQIQ", 0, 0, 1000, ticks)
    else:
        head = b"\0\0\0\0" + struct.pack(">IIII", 0, 0, 1000, ticks)
    described = box(b"stsd", struct.pack(">II", 0, 1) + box(codec, b"\0" * 70))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", described))))
    return (
        box(b"ftyp", brand + b"\0\0\2\0" + brand + b"mp41")
        + box(b"moov", box(b"mvhd", head) + track)
        + box(b"mdat", b"\0" * 64)
    )


def element(name: bytes, body: bytes, *, unknown: bool = False) -> bytes:
    size = b"\x01\xff\xff\xff\xff\xff\xff\xff" if unknown else struct.pack(">Q", len(body) | 1 << 56)
    return name + size + body


def web_film(
    seconds: float = 2.0,
    *,
    kind: bytes = b"webm",
    codec: bytes = b"V_VP9",
    told: bool = True,
    live: bool = False,
) -> bytes:
    """A WebM whose elements are whole. told: its length is written down; live: as a browser records it."""
    ticks = seconds * 1000
    info = element(b"\x2a\xd7\xb1", (1_000_000).to_bytes(3, "big"))
    if told:
        info += element(b"\x44\x89", struct.pack(">d", ticks))
    tracks = element(b"\x16\x54\xae\x6b", element(b"\xae", element(b"\x86", codec)))
    cluster = element(
        b"\x1f\x43\xb6\x75",
        element(b"\xe7", int(ticks).to_bytes(4, "big")) + element(b"\xa3", b"\0" * 16),
        unknown=live,
    )
    segment = element(
        b"\x18\x53\x80\x67", element(b"\x15\x49\xa9\x66", info) + tracks + cluster, unknown=live
    )
    return element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", kind)) + segment


def mp3_frames(count: int = 40) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44.1 kHz: silent frames of 417 bytes, 26 ms each."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * count
