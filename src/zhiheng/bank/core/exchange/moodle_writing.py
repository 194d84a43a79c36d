"""Questions written as Moodle XML. Text goes as plain_text, so that Moodle shows it as it is; pictures need html."""

import base64
from collections.abc import Iterable
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from zhiheng.bank.core.exchange.blocks import marker_text
from zhiheng.bank.core.exchange.markup import PICTURE, html_of
from zhiheng.bank.core.exchange.terms import Question

_FOLDER = "@@PLUGINFILE@@/"


def write_moodle_xml(questions: Iterable[Question]) -> bytes:
    """UTF-8. What Moodle XML has no place for is listed in `formats.LOSSES`."""
    root = Element("quiz")
    for question in questions:
        root.append(_question(question))
    indent(root)  # never inside <text>: those hold no elements
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _question(question: Question) -> Element:
    element = Element("question", type="essay" if question.type == "short" else "multichoice")
    _text(SubElement(element, "name"), question.id or question.stem.split("\n")[0][:60])
    _rich(element, "questiontext", question.stem, question)
    _rich(element, "generalfeedback", question.feedback, question)
    if question.marks is not None:
        SubElement(element, "defaultgrade").text = f"{question.marks:f}"
    SubElement(element, "hidden").text = "0"
    SubElement(element, "idnumber").text = question.id
    if question.type == "short":
        SubElement(element, "responseformat").text = "editor"
        _rich(element, "graderinfo", marker_text(question.answers, question.points), question)
    else:
        _options(element, question)
    _tags(element, question)
    return element


def _options(element: Element, question: Question) -> None:
    one = question.type == "single"
    SubElement(element, "single").text = "true" if one else "false"
    SubElement(element, "shuffleanswers").text = "true"
    SubElement(element, "answernumbering").text = "ABCD"
    right = sum(option.correct for option in question.options)
    share = f"{(Decimal(100) / max(right, 1)).quantize(Decimal('0.00001')).normalize():f}"
    wrong = "0" if one else "-100"
    for option in question.options:
        answer = _rich(element, "answer", option.text, question)
        answer.set("fraction", share if option.correct else wrong)


def _rich(parent: Element, tag: str, text: str, question: Question) -> Element:
    names = {entry.name: entry.content for entry in question.media}
    used = [name for name in PICTURE.findall(text) if name in names]
    element = SubElement(parent, tag, format="html" if used else "plain_text")
    words = {entry.name: entry.alt for entry in question.media}
    _text(element, html_of(text, pictures=words, folder=_FOLDER) if used else text)
    for name in dict.fromkeys(used):
        file = SubElement(element, "file", name=name, path="/", encoding="base64")
        file.text = base64.b64encode(names[name]).decode()
    return element


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


def _tags(element: Element, question: Question) -> None:
    words = list(question.codes)
    if question.difficulty is not None:
        words.append(f"难度:{question.difficulty:f}")
    if question.language:
        words.append(f"语言:{question.language}")
    if question.trades:
        words.append(f"工种:{','.join(sorted(question.trades))}")
    if words:
        tags = SubElement(element, "tags")
        for word in words:
            _text(SubElement(tags, "tag"), word)
