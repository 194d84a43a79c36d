"""QTI 2.x and 3.0 name the same things differently; everything here is read under the names of 2.x.

Version 3.0 writes `qti-choice-interaction max-choices`, version 2.x `choiceInteraction maxChoices`; the HTML between
is alike. Source: QTI 3.0 Assessment, Section and Item information model; the bindings of 2.1 and 2.2.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

MATHML = "http://www.w3.org/1998/Math/MathML"
SVG = "http://www.w3.org/2000/svg"
XINCLUDE = "http://www.w3.org/2001/XInclude"
QTI3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_MARKED = {MATHML: "math", SVG: "svg", XINCLUDE: "xi"}
_HYPHEN = re.compile(r"-([a-z])")

INTERACTIONS = {
    "associateInteraction": "连线题（两两配对）",
    "customInteraction": "自定义交互题",
    "drawingInteraction": "画图题",
    "endAttemptInteraction": "带提示按钮的题",
    "gapMatchInteraction": "选词填空题",
    "graphicAssociateInteraction": "图上连线题",
    "graphicGapMatchInteraction": "图上拖放题",
    "graphicOrderInteraction": "图上排序题",
    "hotspotInteraction": "图上点选题",
    "hottextInteraction": "文中点选题",
    "inlineChoiceInteraction": "下拉填空题",
    "matchInteraction": "匹配题",
    "mediaInteraction": "须播放完媒体的题",
    "orderInteraction": "排序题",
    "portableCustomInteraction": "外接程序的交互题",
    "positionObjectInteraction": "图上放置题",
    "selectPointInteraction": "图上定点题",
    "sliderInteraction": "滑块题",
    "uploadInteraction": "上传文件题",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    namespace: str
    local: str


def name_of(tag: str) -> Name:
    """The two halves of "{namespace}local"."""
    namespace, _, local = tag.rpartition("}")
    return Name(namespace=namespace.removeprefix("{"), local=local)


def in_plain_words(root: Element) -> Element:
    """The same tree, changed in place: no namespaces, names and attributes as version 2.x has them.

    Formulas, drawings and inclusions keep a mark before their names: "math:mi", "svg:svg", "xi:include".
    """
    for element in root.iter():
        name = name_of(element.tag)
        mark = _MARKED.get(name.namespace)
        ours = name.local.startswith("qti-")
        element.tag = f"{mark}:{name.local}" if mark else _camel(name.local.removeprefix("qti-"), when=ours)
        plain = {_camel(name_of(key).local, when=ours): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(plain)
    return root


def _camel(name: str, *, when: bool) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name) if when else name


def children(element: Element, *tags: str) -> list[Element]:
    return [child for child in element if child.tag in tags]


def first(element: Element, tag: str) -> Element | None:
    return next(iter(children(element, tag)), None)


def classes(element: Element) -> list[str]:
    return element.get("class", "").split()
