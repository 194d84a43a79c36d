"""One QTI item as a question of ours, or the reason why it is none. Its tree is in plain words (qti_words)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.incoming import LONGEST
from zhiheng.bank.core.exchange.qti_labels import Labels
from zhiheng.bank.core.exchange.qti_rubric import read_rubric
from zhiheng.bank.core.exchange.qti_scoring import Response, marks_of, response_of
from zhiheng.bank.core.exchange.qti_text import text_of
from zhiheng.bank.core.exchange.qti_words import INTERACTIONS, children, classes
from zhiheng.bank.core.exchange.terms import Choice, Fault, Media, Question, Unsupported
from zhiheng.foundation.errors import Refused

MOST_OPTIONS = 50
GAP = "______"
_FEEDBACK = frozenset(("feedbackInline", "feedbackBlock"))
_ASIDE = _FEEDBACK | {"rubricBlock", "choiceInteraction", "extendedTextInteraction"}
_READ = {"choiceInteraction", "extendedTextInteraction", "textEntryInteraction"}
_NOT_TEXT = {
    "math:math": "题目里有公式（MathML），转成文字会走样，请改用图片或改写后再导入",
    "svg:svg": "题目里有内嵌的矢量图（SVG），请改存为 PNG 图片后再导入",
    "xi:include": "题目引用其他文件的片段（XInclude），请由出题软件导出为完整的题目",
    "printedVariable": "题目里有变量，每次显示的内容不同；本平台的题目内容固定",
    "templateInline": "题目里有随变量显示的内容；本平台的题目内容固定",
    "templateBlock": "题目里有随变量显示的内容；本平台的题目内容固定",
}


@dataclass(slots=True, kw_only=True)
class Source:
    """An item and what belongs to it.

    file: gives a file of the package by its address in the item. Raises: Refused when it is missing or unfit.
    stimulus: gives the text of a shared stimulus by its address in the item, with the same refusals; it is handed
    the way to take a picture.
    """

    root: Element
    where: str
    labels: Labels
    file: Callable[[str], Media]
    stimulus: Callable[[str, Callable[[Media, str], str]], str]
    media: dict[str, Media] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        said = self.root.get("identifier", "").strip()[:200]
        return said if self.labels.id is None else self.labels.id

    def fetch(self, address: str, words: str) -> str:
        """Take a picture into the question and give the name its text calls it by."""
        return self.take(self.file(address), words)

    def take(self, medium: Media, words: str = "") -> str:
        """The same file once, another of the same name under a name of its own. words: those standing in for it."""
        name = medium.name
        alt = "" if words == name else " ".join(words.split())
        count = 1
        while self.media.setdefault(name, replace(medium, name=name, alt=alt)).content != medium.content:
            count += 1
            name = f"{count}-{medium.name}"
        if alt and not self.media[name].alt:  # the list names the file before the text shows it
            self.media[name] = replace(self.media[name], alt=alt)
        return name

    def text(self, element: Element | None, *, what: str, aside: frozenset[str] = frozenset()) -> str:
        """Words of a part of the item. Raises: Refused when there are too many."""
        return self.bounded(text_of(element, fetch=self.fetch, aside=aside, gap=GAP), what=what)

    def bounded(self, text: str, *, what: str) -> str:
        if len(text) > LONGEST:
            raise _broken(f"{what}有 {len(text)} 个字，超过 {LONGEST} 个字")
        return text


def read_item(source: Source) -> Question | Unsupported | Fault:
    """What the item is for us."""
    try:
        unfit = _unfit(source.root)
        if unfit:
            return Unsupported(id=source.id, type=unfit.type, reason=unfit.reason, where=source.where)
        return _question(source)
    except _Kind as kind:
        return Unsupported(id=source.id, type=kind.type, reason=kind.reason, where=source.where)
    except Refused as refused:
        return Fault(where=source.where, reason=refused.sentence)


class _Kind(Exception):
    """The item turned out to be of a kind that is not asked here."""

    def __init__(self, type: str, reason: str) -> None:
        super().__init__(reason)
        self.type = type
        self.reason = reason


def interactions(root: Element) -> list[Element]:
    """The places where a candidate answers; what stands inside another one is part of it."""
    body = next(iter(children(root, "itemBody")), None)
    found: list[Element] = []
    inside: set[Element] = set()
    for element in body.iter() if body is not None else ():
        if element.tag.endswith("Interaction") and element not in inside:
            found.append(element)
            inside.update(element.iter())
    return found


def _unfit(root: Element) -> _Kind | None:
    """Why the item as a whole is not one of the three kinds."""
    found = interactions(root)
    kind = "+".join(dict.fromkeys(element.tag for element in found)) or "assessmentItem"
    if root.get("adaptive") in ("true", "1"):
        return _Kind(kind, "自适应题，按上一步的作答变化；本平台的题目一次作答")
    if children(root, "templateDeclaration", "templateProcessing"):
        return _Kind(kind, "模板题，每次生成不同的数值；本平台的题目内容固定")
    if not found:
        return _Kind(kind, "没有作答的地方，只供阅读")
    strange = next((element.tag for element in found if element.tag not in _READ), "")
    if strange:
        return _Kind(
            strange,
            f"{INTERACTIONS.get(strange, '不认识的题型')}；本平台只有单项选择题、多项选择题和简答题",
        )
    if len(found) > 1:
        return _Kind(kind, f"组合题，一道题里有 {len(found)} 处作答；请拆成单独的题目")
    for element in root.iter():
        if element.tag in _NOT_TEXT:
            return _Kind(kind, _NOT_TEXT[element.tag])
    return None


def _question(source: Source) -> Question:
    interaction = interactions(source.root)[0]
    response = response_of(source.root, interaction.get("responseIdentifier", ""))
    if response is None:
        raise _broken("作答处没有对应的答案声明（responseDeclaration）")
    stem = _stem(source, interaction)
    labels = source.labels
    plain = Question(
        type="short",
        stem=stem,
        id=source.id,
        marks=marks_of(source.root, response),
        codes=labels.codes,
        difficulty=labels.difficulty,
        trades=labels.trades,
        law=labels.law,
        language=labels.language,
        where=source.where,
    )
    read = _choice if interaction.tag == "choiceInteraction" else _short
    question = read(source, interaction, response, plain)
    if not question.stem.strip():
        raise _broken("没有题干")
    return replace(question, media=tuple(source.media.values()))


def _stem(source: Source, interaction: Element) -> str:
    root = source.root
    parts = [
        source.stimulus(reference.get("href", ""), source.take)
        for reference in children(root, "assessmentStimulusRef")
    ]
    body = children(root, "itemBody")[0]
    parts.append(
        source.text(_without_answers(body, interaction), what="题干", aside=_FEEDBACK | {"rubricBlock"})
    )
    return source.bounded("\n".join(part for part in parts if part), what="题干")


def _without_answers(element: Element, interaction: Element) -> Element:
    """The body as a candidate reads it before answering: prompts stay, options go, words for markers go."""
    if element is interaction and element.tag != "textEntryInteraction":
        prompts = Element("div")
        prompts.extend(children(element, "prompt"))
        prompts.tail = element.tail
        return prompts
    if element.tag == "rubricBlock" and "candidate" in element.get("view", "candidate").split():
        shown = Element("div")
    else:
        shown = Element(element.tag, dict(element.attrib))
    shown.text, shown.tail = element.text, element.tail
    shown.extend(_without_answers(child, interaction) for child in element)
    return shown


def _choice(source: Source, interaction: Element, response: Response, plain: Question) -> Question:
    options = children(interaction, "simpleChoice")
    names = [option.get("identifier", "") for option in options]
    if not 2 <= len(options) <= MOST_OPTIONS or len(set(names)) != len(names):
        raise _broken(f"选项有 {len(options)} 个，应为 2 至 {MOST_OPTIONS} 个且代号不重复")
    if response.cardinality not in ("single", "multiple"):
        raise _Kind("choiceInteraction", "选项须按次序作答的选择题；本平台的选择题不计次序")
    single = response.cardinality == "single" or interaction.get("maxChoices") == "1"
    right = response.right
    if not right or not set(right) <= set(names):
        raise _broken("没有标准答案" if not right else f"标准答案“{'、'.join(right)[:60]}”不是选项之一")
    if single and len(set(right)) > 1:
        raise _broken(f"单选题声明了 {len(right)} 个正确选项")
    if single and len(response.earning) > 1:
        raise _Kind("choiceInteraction", "单项选择题里另有选项给部分分；本平台的单项选择题只有一个得分选项")
    _remark_partial(source, response, single)
    said = _feedback(source, options)
    for rubric in _rubrics(source):
        said = _joined(said, source.text(rubric, what="评分说明"))
    return replace(
        plain,
        type="single" if single else "multiple",
        options=tuple(
            Choice(text=source.text(option, what="选项", aside=_FEEDBACK), correct=name in right)
            for option, name in zip(options, names, strict=True)
        ),
        feedback=source.bounded(said, what="解析"),
    )


def _remark_partial(source: Source, response: Response, single: bool) -> None:
    if not single and len(response.earning) > 1:
        source.remarks.append("多项选择题按选项给的分没有带入，计分以考试规则为准")
    if any(marks < 0 for marks in response.mapped.values()):
        source.remarks.append("选错倒扣的分没有带入")


def _short(source: Source, interaction: Element, response: Response, plain: Question) -> Question:
    rubric = read_rubric(_rubrics(source), lambda element, what: source.text(element, what=what))
    declared = tuple(dict.fromkeys((*response.correct, *response.earning)))
    answers = rubric.answers if rubric.ours else declared
    said = _feedback(source, [])
    if rubric.text and not answers:
        answers = (rubric.text,)
    elif rubric.text:
        said = _joined(said, rubric.text)
    if not rubric.ours and len({*response.mapped.values()}) > 1:
        source.remarks.append("各个可接受答案分值不同，只带入了答案，没有带入分值")
    return replace(plain, answers=answers, points=rubric.points, feedback=source.bounded(said, what="解析"))


def _rubrics(source: Source) -> list[Element]:
    """Words for those who mark, not for those who answer."""
    return [
        block
        for block in source.root.iter("rubricBlock")
        if "candidate" not in block.get("view", "candidate").split()
    ]


def _feedback(source: Source, options: list[Element]) -> str:
    """Everything the item says after an answer; what belongs to an option begins with its letter."""
    said = ""
    of_option: set[Element] = set()
    for place, option in enumerate(options):
        for element in option.iter():
            if element.tag in _FEEDBACK:
                of_option.add(element)
                said = _joined(said, f"{_letter(place)}：{source.text(_bare(element), what='解析')}")
    for element in source.root.iter():
        if element.tag == "modalFeedback" or (element.tag in _FEEDBACK and element not in of_option):
            said = _joined(said, source.text(_bare(element), what="解析"))
    return said


def _bare(element: Element) -> Element:
    """The same words under a name that is not set aside."""
    bare = Element("div", {"class": " ".join(classes(element))})
    bare.text = element.text
    bare.extend(list(element))
    return bare


def _joined(said: str, more: str) -> str:
    """Two explanations under one another; one that says the same is not repeated."""
    if not said or not more:
        return said or more
    return said if more == said or more in said.split("\n") else f"{said}\n{more}"


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _broken(what: str) -> Refused:
    return Refused(what=what, remedy="请在出题软件里改好后重新导出", code="qti-item")
