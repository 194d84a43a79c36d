"""Items and packages of QTI as other systems write them, made for the tests."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Writes the same item in one of the versions: names of 2.x go in, those of the version come out."""

    version: str

    def tag(self, name: str) -> str:
        return name if self.version != "3.0" else "qti-" + self.hyphened(name)

    def hyphened(self, name: str) -> str:
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)

    def __call__(self, name: str, inside: str = "", /, **attributes: str) -> str:
        written = "".join(
            f' {self.hyphened(key) if self.version == "3.0" else key}="{value}"'
            for key, value in attributes.items()
        )
        return f"<{self.tag(name)}{written}>{inside}</{self.tag(name)}>"

    def item(self, inside: str, *, identifier: str = "q1", **attributes: str) -> bytes:
        opening = self(
            "assessmentItem", "", identifier=identifier, title="题", timeDependent="false", **attributes
        )
        tag = self.tag("assessmentItem")
        namespace = f'<{tag} xmlns="{NAMESPACES[self.version]}"'
        whole = opening.replace(f"<{tag}", namespace, 1).replace("></", f">{inside}</", 1)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'.encode()

    def response(
        self, *right: str, cardinality: str = "single", base: str = "identifier", extra: str = ""
    ) -> str:
        values = "".join(self("value", value) for value in right)
        correct = self("correctResponse", values) if right else ""
        return self(
            "responseDeclaration",
            correct + extra,
            identifier="RESPONSE",
            cardinality=cardinality,
            baseType=base,
        )

    def choices(self, *texts: str, prompt: str = "", most: str = "1") -> str:
        options = "".join(
            self("simpleChoice", text, identifier="ABCDEFGH"[place]) for place, text in enumerate(texts)
        )
        shown = self("prompt", prompt) if prompt else ""
        return self(
            "choiceInteraction",
            shown + options,
            responseIdentifier="RESPONSE",
            shuffle="true",
            maxChoices=most,
        )

    def single(self, stem: str = "<p>选哪一个？</p>", *, identifier: str = "q1", after: str = "") -> bytes:
        """A plain single choice whose key is B."""
        body = self("itemBody", stem + self.choices("甲", "乙", "丙"))
        return self.item(self.response("B") + body + after, identifier=identifier)


def packed(files: Mapping[str, bytes | str], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


def manifest(*resources: str, base: str = "") -> str:
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M"'
        f"{base}><organizations/><resources>{''.join(resources)}</resources></manifest>"
    )


def resource(
    href: str, *, type: str = "imsqti_item_xmlv2p2", inside: str = "", files: tuple[str, ...] = ()
) -> str:
    listed = "".join(f'<file href="{name}"/>' for name in (href, *files))
    return f'<resource identifier="R-{href}" type="{type}" href="{href}">{inside}{listed}</resource>'


def png(shade: int = 0) -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
