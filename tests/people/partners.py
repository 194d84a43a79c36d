"""A well-filled application of an organisation that does not exist."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.pictures import picture
from zhiheng.foundation.credit_code import check_character
from zhiheng.people.institutions.applying.actions import Licence, apply_as_partner
from zhiheng.people.models import InstitutionKind, PartnerApplication

CAPABILITY = "专职教师六名，机房两间共八十台电脑，近三年办过四期直播运营培训，学员三百余人。"


def credit_code(serial: int) -> str:
    """A well-formed code of an organisation number nobody has; serial 0 to 999."""
    body = f"52350100YHT000{serial:03d}"
    return body + check_character(body)


def facts(serial: int = 1, **change: Any) -> dict[str, Any]:
    return {
        "name": f"新禾培训学校{serial}（测试）",
        "credit_code": credit_code(serial),
        "kind": InstitutionKind.TRAINING,
        "province": "福建省",
        "city": "厦门市",
        "address": "厦门市测试路 1 号",
        "contact": "测联系",
        "phone": "05920000000",
        "email": f"partner{serial}@example.org",
        "programmes": ["internet-marketing"],
        "capability": CAPABILITY,
        "licence": Licence(name="licence.jpg", content=picture(serial)),
    } | change


def applied(serial: int = 1, **change: Any) -> PartnerApplication:
    return apply_as_partner(**facts(serial, **change))


def posted(serial: int = 1, **change: Any) -> dict[str, Any]:
    """The same as the public form sends it."""
    given = facts(serial)
    given["place"] = f"{given.pop('province')}/{given.pop('city')}"
    given["licence"] = SimpleUploadedFile("licence.jpg", picture(serial), content_type="image/jpeg")
    return given | change
