"""How the hall reads what is posted to it, and writes moments and papers."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from zhiheng.delivery.core.order import Order
from zhiheng.delivery.core.pack import order_of
from zhiheng.delivery.hall.http import Request
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.sealed import item_view
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

Asked = TypeVar("Asked")


def moment(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and +08:00."""
    at = datetime.fromtimestamp(milliseconds / 1000, tz=UTC).astimezone(SHANGHAI)
    return at.isoformat(timespec="milliseconds")


def clock_words(milliseconds: int) -> str:
    """As people say it: 10:30."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, tz=SHANGHAI):%H:%M}"


def decoded(decoder: "msgspec.json.Decoder[Asked]", request: Request) -> Asked:
    """Raises: Refused, code "body", when it is not JSON or not of this form."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(what="请求内容应为 JSON", remedy="请刷新页面后重试", code="body")
    try:
        return decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(what=f"请求内容读不懂：{error}", remedy="请刷新页面后重试", code="body") from None


def order_for(place: Place) -> Order:
    return order_of(place.paper, attempt=place.candidate.attempt)


def paper_view(place: Place) -> dict[str, object]:
    """The paper as this candidate sees it: own order of items and options, no more than is printed."""
    order = order_for(place)
    rank = {item: number for number, item in enumerate(order.items)}
    return {
        "id": place.paper.id,
        "title": place.paper.title,
        "sections": [
            {
                "title": section.title,
                "items": [
                    item_view(place.asked[item].item, options_of(place, item, order))
                    for item in sorted(section.items, key=rank.__getitem__)
                ],
            }
            for section in place.paper.sections
        ],
    }


def options_of(place: Place, item: str, order: Order) -> list[str]:
    """Option ids as this candidate sees them; as printed where the printed order carries meaning."""
    own = order.options.get(item)
    return list(own) if own is not None else [option.id for option in place.asked[item].item.options]
