"""Why a certificate's state changed: a class the public may read, and a note only officers see."""

SEPARATOR = "："
OTHER = "其他原因"
# Given by the act itself, never chosen:
CORRECTED = "更正换发"
AMENDED = "成绩更正"
CLASSES = (
    "证书信息有误",
    "考核成绩被取消",
    "报名材料不实",
    "考试违纪",
    "冒用身份",
    "持证人申请",
    "调查核实中",
    "核实无误",
    OTHER,
)


def reason_with_note(reason_class: str, note: str) -> str:
    """The one text kept with an event."""
    told = note.strip()
    return f"{reason_class}{SEPARATOR}{told}" if told else reason_class


def class_of(reason: str) -> str:
    """The part of a reason a stranger may read."""
    first = reason.split(SEPARATOR, 1)[0]
    return first if first in (*CLASSES, CORRECTED, AMENDED) else OTHER
