"""The certificate on paper."""

import base64
import hashlib
import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from PIL import Image, ImageOps

from zhiheng.certificates.core.credential import Facts
from zhiheng.certificates.models import Certificate
from zhiheng.certificates.queries import BODY, photo_of, rules_behind, seal_hash, statement
from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import pdf, vault
from zhiheng.seating.documents import missing_glyphs
from zhiheng.standards.core.loader import load_body, load_rule_set
from zhiheng.standards.core.terms import RuleSet
from zhiheng.surface.seal import seal_path

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
SAMPLE_RULES = "ccia-000"
SAMPLE_NUMBER = "TXGY-00-0-0000-000000-0"  # its check character is 1, so that it can never be a number
_PHOTO = (413, 579)  # 35 × 49 mm at 300 dpi


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as issued; whether it still stands only the register can say."""
    facts = Facts(**certificate.facts)
    file = photo_of(certificate)
    return _render(
        facts,
        rules_behind(certificate),
        seal=seal_hash(certificate),
        photo=vault.read(file) if file is not None else None,
    )


@cache
def sample_pdf() -> bytes:
    """What a certificate looks like, with a number that never verifies."""
    rules = load_rule_set(SAMPLE_RULES)
    facts = Facts(
        number=SAMPLE_NUMBER,
        name="样本",
        id_masked="000***********0000",
        title=rules.certificate.title.value,
        programme=rules.programmes[0].name,
        level=rules.levels[0].name,
        trade="",
        body=load_body(BODY).name,
        passed_on="2000-01-01",
        issued_on="2000-01-01",
        rule_set=rules.id,
        rule_set_hash="0" * 64,
    )
    return _render(facts, rules, seal=hashlib.sha256(SAMPLE_NUMBER.encode()).hexdigest(), sample=True)


def verify_url(number: str) -> str:
    return f"{settings.PUBLIC_URL}/verify/{number}"


def _render(
    facts: Facts, rules: RuleSet, *, seal: str, photo: bytes | None = None, sample: bool = False
) -> bytes:
    occupation = f"{facts.programme}·{facts.trade}" if facts.trade else facts.programme
    data: dict[str, Any] = {
        "number": facts.number,
        "name": facts.name,
        "name_note": _name_note(facts.name),
        "id_masked": facts.id_masked,
        "title": facts.title,
        "subject": f"{occupation}　{facts.level}",
        "statement": statement(facts, rules),
        "body": facts.body,
        "passed_on": _words(facts.passed_on),
        "issued_on": _words(facts.issued_on),
        "plain": rules.certificate.plain,
        "checks": [
            f"查验：扫描二维码，或打开 {settings.PUBLIC_URL}/verify/ 输入证书编号与姓名，核对印纹、照片与当前状态。",
            "离线查验：持证人下载的凭证文件带有颁证单位的数字签名，在查验页上传即可核对，改动一个字都会被发现。",
        ],
        "photo": photo is not None,
        "sample": sample,
    }
    files = {
        "seal": seal_path(seal).encode(),
        "qr": _qr(verify_url(facts.number)),
        "photo": _photo_svg(photo) if photo is not None else b"",
    }
    return pdf.render(TEMPLATE, data, files=files)


def _name_note(name: str) -> str:
    """What stands under a name with a character no printing face has, so that an empty box is never the last word."""
    codes = "、".join(
        f"第 {name.index(letter) + 1} 字 U+{ord(letter):04X}" for letter in missing_glyphs(name)
    )
    return f"字库缺字：{codes}。以登记册中的姓名为准。" if codes else ""


def _words(iso_day: str) -> str:
    return chinese_day(date.fromisoformat(iso_day))


def _qr(url: str) -> bytes:
    target = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        target, kind="svg", xmldecl=False, border=0, dark="#1d1b18", svgclass=None, lineclass=None
    )
    return target.getvalue()


def _photo_svg(content: bytes) -> bytes:
    """The photograph as text the PDF engine takes, turned upright and cut to size."""
    with Image.open(io.BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    target = io.BytesIO()
    ImageOps.fit(upright, _PHOTO).save(target, "JPEG", quality=90)
    coded = base64.b64encode(target.getvalue()).decode()
    width, height = _PHOTO
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image href="data:image/jpeg;base64,{coded}" width="{width}" height="{height}"/></svg>'
    ).encode()
