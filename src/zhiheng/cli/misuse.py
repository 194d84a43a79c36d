"""What is wrong with a command line, in a Chinese sentence that names the option or argument."""

import re

from typer.exceptions import TyperException

# The argument parser's own words -> ours; \1 is what the person typed.
_SENTENCES = (
    (r"Missing command\.", "没有说要做哪一件事"),
    (r"No such command '(.*)'.*", r"没有“\1”这个子命令"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"多出了读不懂的内容：\1"),
    (r"Option '(.*)' requires an argument\.", r"选项 \1 后面缺少它的值"),
    (r"Option '(.*)' does not take a value\.", r"选项 \1 后面不带值"),
    (r".*valid integer.*", "须是整数"),
    (r".*(?:greater|less) than or equal to (-?\d+).*|.*in the range.*", "超出了允许的范围"),
)


def sentence_of(error: TyperException, *, command: str) -> str:
    """What, and where to read on. command: the words typed so far, e.g. "paper"."""
    return f"{_what(error)}。用法见：zhiheng {_full_name(error, command)} --help。"


def _what(error: TyperException) -> str:
    kind = type(error).__name__
    if kind == "MissingParameter":
        return f"缺少{_name(error)}".rstrip()
    if kind == "NoSuchOption":
        return f"没有选项 {getattr(error, 'option_name', '')}".rstrip()
    words = _translated(error.message)
    if kind == "BadParameter":
        return f"{_name(error)}的值不合要求：{words}"
    return words


def _translated(message: str) -> str:
    for pattern, ours in _SENTENCES:
        found = re.fullmatch(pattern, message.strip(), flags=re.DOTALL)
        if found:
            return found.expand(ours)
    return f"命令写得不对（{message.strip()}）"


def _name(error: TyperException) -> str:
    """“选项 --level”, “参数 FILE”."""
    param = getattr(error, "param", None)
    if param is None:
        return "一个参数"
    options = [word for word in getattr(param, "opts", ()) if word.startswith("-")]
    if options:
        return f"选项 {options[0]} "
    return f"参数 {(getattr(param, 'metavar', None) or param.name or '').upper()} "


def _full_name(error: TyperException, command: str) -> str:
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "")
    return path.removeprefix("zhiheng ") or command
