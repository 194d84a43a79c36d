"""Moodle XML: the quiz file Moodle exports, element by element as its documentation describes it."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.answers import TRUE_FALSE, broken
from zhiheng.bank.core.exchange.blocks import read_marker_text
from zhiheng.bank.core.exchange.markup import picture_mark, text_of, told_words
from zhiheng.bank.core.exchange.terms import Choice, Fault, Media, Question, Reading, Unsupported
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.markup import read_xml

REASONS = {
    "truefalse": TRUE_FALSE,
    "matching": "配对题不在三种题型之内，请改写成几道单项选择题",
    "randomsamatch": "随机配对题不在三种题型之内",
    "cloze": "完形填空把几道题嵌在一段文字里，请拆成单独的题",
    "multianswer": "完形填空把几道题嵌在一段文字里，请拆成单独的题",
    "numerical": "数值题不在三种题型之内，请改写成单项选择题或简答题",
    "calculated": "计算题的数值每次随机生成，不能作为固定的试题",
    "calculatedsimple": "计算题的数值每次随机生成，不能作为固定的试题",
    "calculatedmulti": "计算题的数值每次随机生成，不能作为固定的试题",
    "ddwtos": "拖放填词题不在三种题型之内，请改写成单项选择题",
    "ddimageortext": "拖放到图片的题不在三种题型之内",
    "ddmarker": "在图片上做标记的题不在三种题型之内",
    "gapselect": "选词填空题不在三种题型之内，请改写成单项选择题",
    "ordering": "排序题不在三种题型之内，请改写成单项选择题",
    "description": "这是一段说明，没有要回答的内容",
    "random": "随机抽题的占位，没有题目内容",
    "missingtype": "这道题在原系统中的题型插件已经丢失",
}
_FULL = Decimal("99.9")
_INLINE = re.compile(r'src="data:(?:image|audio|video)/([\w.+-]+);base64,([^"]*)"', re.I)
_TAGS = {"难度:": "difficulty", "工种:": "trades"}


@dataclass(slots=True)
class _Found:
    questions: list[Question] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Source:
    """One <question> while it is read: its place, the pictures met, what had to be left behind."""

    element: Element
    where: str
    found: _Found
    media: dict[str, bytes] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)

    def remark(self, reason: str) -> None:
        self.found.remarks.append(Fault(where=self.where, reason=reason))

    def words(self, element: Element | None) -> str:
        """The text of an element that holds <text> and maybe <file>s, in the format it declares."""
        if element is None:
            return ""
        text = element.findtext("text") or ""
        for file in element.findall("file"):
            self._keep(file)
        if element.get("format") in ("plain_text", "markdown"):
            return incoming.tidy(text)
        text = _INLINE.sub(self._inline, text)
        self.alts = told_words(text) | self.alts
        return text_of(text)

    def _inline(self, match: re.Match[str]) -> str:
        """A picture written into the text itself becomes a file beside it."""
        name = f"picture-{len(self.media) + 1}.{match[1].partition('+')[0].lower()}"
        try:
            self.media[name] = base64.b64decode("".join(match[2].split()), validate=True)
        except (binascii.Error, ValueError):
            self.remark("有一张内嵌的图片损坏，没有收入")
            return 'src=""'
        return f'src="@@PLUGINFILE@@/{name}"'

    def _keep(self, file: Element) -> None:
        name = file.get("name", "")
        try:
            content = base64.b64decode("".join((file.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            self.remark(f"附件“{name}”损坏，没有收入")
            return
        if name and content:
            self.media[name] = content

    def unsupported(self, kind: str, reason: str) -> None:
        self.found.unsupported.append(Unsupported(id=self.id, type=kind, reason=reason, where=self.where))

    @property
    def id(self) -> str:
        number = _text_at(self.element, "idnumber")
        return incoming.tidy(number or _text_at(self.element, "name/text"))


def read_moodle_xml(content: bytes, *, name: str) -> Reading:
    """The questions of a Moodle quiz file. Raises: Refused when it is none, hostile, or holds too many."""
    incoming.require_size(content, name=name)
    root = read_xml(content, name=name, longest=incoming.LIMIT_BYTES)
    if root.tag != "quiz":
        raise Refused(
            what=f"文件“{name}”不是 Moodle 的题目文件：最外层是 {root.tag[:40]}，不是 quiz",
            remedy="请在 Moodle 的题库里选“导出”“Moodle XML”",
            code="not-moodle",
        )
    found = _Found()
    elements = [element for element in root if element.tag == "question"]
    incoming.require_count(len(elements), name=name)
    for number, element in enumerate(elements, 1):
        _read(_Source(element=element, where=f"第 {number} 题", found=found))
    return Reading(
        questions=tuple(found.questions),
        unsupported=tuple(found.unsupported),
        errors=tuple(found.errors),
        remarks=tuple(found.remarks),
    )


def _read(source: _Source) -> None:
    kind = source.element.get("type", "")
    if kind == "category":
        source.remark(f"分类“{_text_at(source.element, 'category/text')}”没有收入")
    elif kind in ("multichoice", "shortanswer", "essay"):
        question = {"multichoice": _choice, "shortanswer": _short, "essay": _essay}[kind](source)
        if question is None:
            return
        if reason := broken(question):
            source.found.errors.append(Fault(where=source.where, reason=reason))
            return
        _note_losses(source)
        source.found.questions.append(question)
    else:
        source.unsupported(kind, REASONS.get(kind, f"题型“{kind}”不在三种题型之内"))


def _text_at(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _common(source: _Source) -> dict[str, object]:
    element = source.element
    tags = [(tag.findtext("text") or "").strip() for tag in element.findall("tags/tag")]
    stem = source.words(element.find("questiontext"))
    return {
        "stem": stem,
        "feedback": source.words(element.find("generalfeedback")),
        "id": _id_beside(stem, source),
        "marks": _number(_text_at(element, "defaultgrade")),
        "where": source.where,
        "codes": tuple(tag for tag in tags if tag.partition(":")[0] in ("skill", "knowledge", "basics")),
        "difficulty": _number(_tagged(tags, "难度:")),
        "language": "en" if _tagged(tags, "语言:") == "en" else "",
        "trades": frozenset(filter(None, _tagged(tags, "工种:").split(","))),
    }


def _id_beside(stem: str, source: _Source) -> str:
    """A name that is only how the question begins is no id: Moodle asks for a name where there is none."""
    named = not _text_at(source.element, "idnumber")
    return "" if named and stem.startswith(source.id) else source.id


def _tagged(tags: Iterable[str], head: str) -> str:
    return next((tag[len(head) :] for tag in tags if tag.startswith(head)), "")


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _made(source: _Source, **more: object) -> Question:
    facts = _common(source) | more
    facts["feedback"] = "\n".join(filter(None, (str(facts["feedback"]), str(facts.pop("told", "")))))
    media = tuple(
        Media(name=name, content=content, alt=source.alts.get(name, ""))
        for name, content in source.media.items()
    )
    unseen = [name for name in source.media if picture_mark(name) not in _all_text(facts)]
    if unseen:
        source.remark(f"附件“{'、'.join(unseen)}”在题目里没有出现的位置，随题保留")
    return Question(**facts, media=media)  # type: ignore[arg-type]  # facts hold the fields by name


def _all_text(facts: dict[str, object]) -> str:
    return "\n".join(map(str, facts.values()))


def _fraction(answer: Element) -> Decimal:
    return _number(answer.get("fraction", "")) or Decimal(0)


def _choice(source: _Source) -> Question | None:
    answers = source.element.findall("answer")
    one = _text_at(source.element, "single").lower() not in ("false", "0")
    shares = [_fraction(answer) for answer in answers]
    correct = [share >= _FULL if one else share > 0 for share in shares]
    if one and sum(correct) > 1:
        source.unsupported(
            "multichoice", "有几个选项都单独得满分，本平台的单选题只有一个正确选项。请改成多选题或只留一个"
        )
        return None
    partial = any(0 < share < _FULL or share < 0 for share in shares)
    uneven = len({share for share in shares if share > 0}) > 1
    if partial if one else uneven:
        source.remark("选项的部分得分或扣分没有收入：本平台按题型统一计分")
    options = tuple(
        Choice(text=source.words(answer), correct=right)
        for answer, right in zip(answers, correct, strict=True)
    )
    told = [
        f"{chr(ord('A') + place)}：{words}"
        for place, answer in enumerate(answers[:26])
        if (words := source.words(answer.find("feedback")))
    ]
    return _made(source, type="single" if one else "multiple", options=options, told="\n".join(told))


def _short(source: _Source) -> Question:
    answers, told = [], []
    for answer in source.element.findall("answer"):
        text = incoming.tidy(answer.findtext("text") or "")
        if _fraction(answer) >= _FULL:
            answers.append(text)
            told.append(source.words(answer.find("feedback")))
        else:
            source.remark(f"不得满分的答案“{text[:40]}”没有收入")
    return _made(
        source, type="short", answers=tuple(filter(None, answers)), told="\n".join(filter(None, told))
    )


def _essay(source: _Source) -> Question:
    answers, points = read_marker_text(source.words(source.element.find("graderinfo")))
    return _made(source, type="short", answers=answers, points=points)


def _note_losses(source: _Source) -> None:
    if any(source.words(hint) for hint in source.element.findall("hint")):
        source.remark("多次作答的提示没有收入")
    if source.words(source.element.find("responsetemplate")):
        source.remark("作答模板没有收入")
