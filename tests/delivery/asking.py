"""Somebody asks for other conditions, and somebody decides."""

from typing import Any

from tests.factories.pictures import picture
from tests.factories.world import World
from zhiheng.delivery.accommodations.actions import Evidence, decide_adjustment, request_adjustment
from zhiheng.delivery.core.adjusting import Asked, Verdict, decode_asked
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest
from zhiheng.enrolment.models import Application
from zhiheng.people.models import Role

MORE_TIME = Asked(kind="extra-visual", percent=30)
MAGNIFIER = Asked(kind="device", detail="放大镜")


def certificate() -> Evidence:
    return Evidence(name="残疾人证.jpg", content=picture(900))


def own(world: World, **more: Any) -> Application:
    """An application of the candidate who has an account."""
    application = world.submitted(**more)
    application.person.account = world[Role.CANDIDATE]
    application.person.save(update_fields=["account"])
    return application


def ask(world: World, application: Application, *asked: Asked, **more: Any) -> AdjustmentRequest:
    """By the institution that entered the candidate, unless said otherwise."""
    wanted: dict[str, Any] = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "asked": asked or (MORE_TIME, MAGNIFIER),
        "reason": "右眼视力 0.1，看屏幕需要放大镜",
        "agreed": True,
        "evidence": certificate(),
    }
    return request_adjustment(application=application, **{**wanted, **more})


def decide(
    world: World, request: AdjustmentRequest, *, but: tuple[str, ...] = (), **more: Any
) -> AdjustmentDecision:
    """Everything asked is granted, except the kinds in `but`."""
    verdicts = [
        Verdict(
            kind=one.kind,
            granted=one.kind not in but,
            reason="证明不足" if one.kind in but else "证明相符",
            percent=one.percent,
            detail=one.detail,
        )
        for one in decode_asked(request.asked)
    ]
    wanted: dict[str, Any] = {"by": world[Role.REVIEWER], "verdicts": verdicts}
    return decide_adjustment(request=request, **{**wanted, **more})
