"""Questions leave as a file; who took what is written down."""

from dataclasses import dataclass

from django.db import transaction

from zhiheng.bank.core.exchange.drafts import travelling
from zhiheng.bank.core.exchange.formats import WRITERS, losses, write
from zhiheng.bank.exporting.queries import questions_to_take
from zhiheng.bank.media.queries import contents_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing.audit import record

KEYS_FOR = frozenset({Role.ITEM_WRITER})  # those who see keys in the bank anyway
WITHOUT_KEYS = frozenset({"xlsx"})  # the other formats have no way to say that a key is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """content: the file; count: its questions; lost: what the format could not hold, in sentences."""

    content: bytes
    count: int
    lost: tuple[str, ...]


@transaction.atomic
def take_out(
    *,
    by: Account | None,
    form: str,
    pool: str,
    standard: str = "",
    level: str = "",
    status: str = "",
    keys: bool = True,
) -> Taken:
    """Write the questions of a pool as a file. status "": those in use, in the version in use.

    by: None is whoever runs commands on the machine itself, who has the database anyway.

    Raises: Refused for keys without the role, for a format that cannot leave keys out, and when nothing is found.
    """
    if keys and by is not None and not (roles_of(by) & KEYS_FOR):
        raise Refused(
            what="您的角色不能导出带答案的试题",
            rule="试题答案只对命题员开放",
            remedy="请导出不带答案的 Excel，或请命题员导出",
            code="keys-not-allowed",
        )
    if not keys and form not in WITHOUT_KEYS:
        raise Refused(what="这种格式没有办法不带答案", remedy="不带答案时请选 Excel 表格", code="keys-needed")
    items = questions_to_take(pool=pool, standard=standard, level=level, status=status)
    if not items:
        raise Refused(what="没有符合条件的题", remedy="请放宽标准、等级或状态", code="nothing-to-export")
    contents = dict(contents_of(medium for item in items for medium in item.media))
    questions = [travelling(item, with_key=keys, contents=contents) for item in items]
    content = write(questions, form=form)
    detail = {
        "format": WRITERS[form].title,
        "items": len(items),
        "pool": pool,
        "standard": standard,
        "level": level,
        "keys": keys,
    }
    record(
        by=str(by.id) if by else "command-line", act="items-exported", subject=f"bank:{pool}", detail=detail
    )
    return Taken(content=content, count=len(items), lost=tuple(losses(questions, form=form)))
