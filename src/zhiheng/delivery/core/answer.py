"""What may be an answer to a question, and its one form in the log."""

from json.encoder import encode_basestring

from zhiheng.delivery.core.pack import PackItem
from zhiheng.foundation.errors import Refused

SHORT_LIMIT = 4000

TYPE_WORDS = {"single": "单选题", "multiple": "多选题", "short": "简答题"}

AnswerValue = str | list[str] | None


def normal_answer(item: PackItem, value: AnswerValue) -> AnswerValue:
    """The answer in its one form; None means the candidate cleared it.

    single: an option id. multiple: option ids, each once, in the paper's order. short: the text as typed.
    Raises: Refused (code "answer") when it cannot be an answer to this question.
    """
    if value is None or value == "" or value == []:
        return None
    if item.type == "short":
        return _text(item, value)
    if item.type == "single":
        return _choice(item, value)
    return _choices(item, value)


def answer_body(item: PackItem, value: AnswerValue) -> str:
    """The body of a log row: `foundation.canonical.canonical_json` of the normal form, written out.

    A text or a list of texts is all that can come, and thousands come in a second.
    """
    normal = normal_answer(item, value)
    if normal is None:
        return "null"
    if isinstance(normal, str):
        return encode_basestring(normal)
    return f"[{','.join(map(encode_basestring, normal))}]"


def choice_bodies(item: PackItem) -> dict[str, str]:
    """All that can be answered to a single choice, and the body of each: `answer_body` looked up instead of made."""
    return (
        {option.id: answer_body(item, option.id) for option in item.options} if item.type == "single" else {}
    )


def _text(item: PackItem, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise _not_an_answer(item, "答案应为一段文字")
    if len(value) > SHORT_LIMIT:
        raise _not_an_answer(item, f"答案有 {len(value)} 个字，超过 {SHORT_LIMIT} 个字")
    if (
        "\0" in value
    ):  # no JSON column of PostgreSQL takes it: one such answer would stop the collecting of all
        raise _not_an_answer(item, "答案里有不能保存的字符（空字符）")
    return value


def _choice(item: PackItem, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise _not_an_answer(item, "只能选一个选项")
    _known(item, [value])
    return value


def _choices(item: PackItem, value: AnswerValue) -> list[str]:
    if not isinstance(value, list):
        raise _not_an_answer(item, "答案应为选项的列表")
    _known(item, value)
    chosen = set(value)
    return [option.id for option in item.options if option.id in chosen]


def _known(item: PackItem, chosen: list[str]) -> None:
    options = [option.id for option in item.options]
    for one in chosen:
        if one not in options:
            raise _not_an_answer(item, f"没有选项“{one[:20]}”")


def _not_an_answer(item: PackItem, why: str) -> Refused:
    return Refused(
        what=f"题目“{item.id}”（{TYPE_WORDS[item.type]}）的答案未保存：{why}",
        remedy="请重新作答；若仍不行，请举手告知监考员",
        code="answer",
    )
