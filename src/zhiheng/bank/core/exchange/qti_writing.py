"""Questions as a QTI 3.0 content package: a list, an item each, the pictures they show.

What QTI has no place for (codes of the standard, difficulty, trades, law, our own number) stands in LOM
classifications beside the item (qti_labels); model answers and points stand in the block for markers (qti_rubric).
Source: QTI 3.0 Assessment, Section and Item information model; QTI 3.0 packaging; IEEE 1484.12.3.
"""

import hashlib
import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from zhiheng.bank.core.exchange.markup import PICTURE, PLAYED
from zhiheng.bank.core.exchange.qti_labels import CATALOG, CODES, DIFFICULTY, LAW, TRADES
from zhiheng.bank.core.exchange.qti_rubric import ANSWER, MARKS, POINTS, WORDS
from zhiheng.bank.core.exchange.qti_text import KEPT
from zhiheng.bank.core.exchange.qti_words import QTI3
from zhiheng.bank.core.exchange.terms import Question
from zhiheng.foundation.errors import Refused

MANIFEST_SPACE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM_SPACE = "http://ltsc.ieee.org/xsd/LOM"
_SCHEMAS = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
_ITEM_SCHEMA = f"{_SCHEMAS}/imsqti_asiv3p0_v1p0.xsd"
_MANIFEST_SCHEMA = f"{_SCHEMAS}/imsqtiv3p0_imscpv1p2_v1p0.xsd"
_LOM_SCHEMA = "https://purl.imsglobal.org/spec/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_LANGUAGE = "zh-Hans"
_EXPLANATION = "EXPLANATION"
_TITLE = 40
_EPOCH = (1980, 1, 1, 0, 0, 0)  # an archive of the same questions is the same bytes
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WORDS_OR_GAPS = re.compile(r"(\n|\t| )")


def write_qti3(questions: Sequence[Question]) -> bytes:
    """The package as a .zip; the same questions give the same bytes.

    Raises: Refused for a question whose text holds characters that XML cannot.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        _add(package, "imsmanifest.xml", _xml(_manifest(questions)))
        for number, question in enumerate(questions, 1):
            _require_writable(question, number)
            _add(package, _item_path(number), _xml(_item(question, number)))
        files = {
            path: medium.content
            for question in questions
            for medium, path in zip(question.media, _media_paths(question), strict=True)
        }
        for path, content in files.items():
            _add(package, path, content)
    return target.getvalue()


def _add(package: zipfile.ZipFile, path: str, content: bytes) -> None:
    package.writestr(zipfile.ZipInfo(path, date_time=_EPOCH), content, compress_type=zipfile.ZIP_DEFLATED)


def _xml(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _item_path(number: int) -> str:
    return f"items/q{number:05}.xml"


def _media_paths(question: Question) -> list[str]:
    """Pictures lie by their content, so that one that many questions show is packed once."""
    return [
        f"media/{hashlib.sha256(medium.content).hexdigest()[:16]}/{posixpath.basename(medium.name)}"
        for medium in question.media
    ]


def _require_writable(question: Question, number: int) -> None:
    texts = (
        question.stem, question.feedback, question.id, *question.answers, *question.codes, *question.law,
        *(option.text for option in question.options), *(point.text for point in question.points),
        *question.trades, *(medium.name for medium in question.media), *(medium.alt for medium in question.media),
    )  # fmt: skip
    for text in texts:
        found = _UNWRITABLE.search(text)
        if found:
            raise Refused(
                what=f"第 {number} 题（{question.id or question.stem[:20]}）的文字里有 XML 写不下的字符"
                f" U+{ord(found[0]):04X}",
                remedy="请在题目里删去这个看不见的字符",
                code="qti-character",
            )


# The list


def _manifest(questions: Sequence[Question]) -> Element:
    root = Element(
        "manifest",
        {
            "xmlns": MANIFEST_SPACE,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{MANIFEST_SPACE} {_MANIFEST_SCHEMA} {LOM_SPACE} {_LOM_SCHEMA}",
            "identifier": "MANIFEST-zhiheng",
        },
    )
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTI Package"
    SubElement(metadata, "schemaversion").text = "3.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for number, question in enumerate(questions, 1):
        path = _item_path(number)
        resource = SubElement(
            resources,
            "resource",
            {"identifier": f"RES-q{number:05}", "type": "imsqti_item_xmlv3p0", "href": path},
        )
        SubElement(resource, "metadata").append(_lom(question))
        for file in (path, *_media_paths(question)):
            SubElement(resource, "file", {"href": quote(file)})
    return root


def _lom(question: Question) -> Element:
    lom = Element("lom", {"xmlns": LOM_SPACE})
    general = SubElement(lom, "general")
    identifier = SubElement(general, "identifier")
    SubElement(identifier, "catalog").text = CATALOG
    SubElement(identifier, "entry").text = question.id
    SubElement(general, "language").text = question.language or _LANGUAGE
    said: dict[str, Sequence[str]] = {
        CODES: question.codes,
        DIFFICULTY: () if question.difficulty is None else (str(question.difficulty),),
        TRADES: sorted(question.trades),
        LAW: question.law,
    }
    for purpose, values in said.items():
        if values:
            lom.append(_classification(purpose, values))
    return lom


def _classification(purpose: str, values: Sequence[str]) -> Element:
    classification = Element("classification")
    named = SubElement(classification, "purpose")
    SubElement(named, "source").text = "LOMv1.0" if purpose == CODES else CATALOG
    SubElement(named, "value").text = purpose
    path = SubElement(classification, "taxonPath")
    source = SubElement(path, "source")
    SubElement(source, "string", {"language": _LANGUAGE}).text = CATALOG
    for value in values:
        SubElement(SubElement(path, "taxon"), "id").text = value
    return classification


# An item


def _item(question: Question, number: int) -> Element:
    identifiers = [_letter(place) for place in range(len(question.options))]
    right = [name for name, option in zip(identifiers, question.options, strict=True) if option.correct]
    root = Element(
        "qti-assessment-item",
        {
            "xmlns": QTI3,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{QTI3} {_ITEM_SCHEMA}",
            "identifier": f"q{number:05}",
            "title": " ".join(PICTURE.sub("", question.stem).split())[:_TITLE] or f"q{number:05}",
            "adaptive": "false",
            "time-dependent": "false",
            "xml:lang": question.language or _LANGUAGE,
        },
    )
    _declare(root, question, right)
    body = SubElement(root, "qti-item-body")
    _write_blocks(body, question.stem, question)
    if question.type == "short":
        SubElement(body, "qti-extended-text-interaction", {"response-identifier": "RESPONSE"})
        _write_rubric(body, question)
    else:
        _write_choices(body, question, identifiers)
    _write_processing(root, question)
    if question.feedback:
        shown = SubElement(
            root,
            "qti-modal-feedback",
            {
                "outcome-identifier": "FEEDBACK",
                "identifier": _EXPLANATION,
                "show-hide": "show",
                "title": "解析",
            },
        )
        _write_blocks(SubElement(shown, "qti-content-body"), question.feedback, question)
    return root


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"C{place + 1}"


def _declare(root: Element, question: Question, right: Sequence[str]) -> None:
    """The response with its key, then the outcomes, in the order the schema asks."""
    short = question.type == "short"
    response = SubElement(
        root,
        "qti-response-declaration",
        {
            "identifier": "RESPONSE",
            "cardinality": "multiple" if question.type == "multiple" else "single",
            "base-type": "string" if short else "identifier",
        },
    )
    key = list(question.answers[:1]) if short else list(right)
    if key:
        correct = SubElement(response, "qti-correct-response")
        for value in key:
            SubElement(correct, "qti-value").text = value
    if question.type == "single" and question.marks is not None and right:
        mapping = SubElement(response, "qti-mapping", {"default-value": "0"})
        SubElement(mapping, "qti-map-entry", {"map-key": right[0], "mapped-value": str(question.marks)})
    score = {"identifier": "SCORE", "cardinality": "single", "base-type": "float"}
    if short:
        score["external-scored"] = "human"
    _outcome(root, score, "0")
    if question.marks is not None:
        _outcome(
            root,
            {"identifier": "MAXSCORE", "cardinality": "single", "base-type": "float"},
            str(question.marks),
        )
    if question.feedback:
        _outcome(
            root, {"identifier": "FEEDBACK", "cardinality": "single", "base-type": "identifier"}, _EXPLANATION
        )


def _outcome(root: Element, attributes: dict[str, str], value: str) -> None:
    declaration = SubElement(root, "qti-outcome-declaration", attributes)
    SubElement(SubElement(declaration, "qti-default-value"), "qti-value").text = value


def _write_choices(body: Element, question: Question, identifiers: Sequence[str]) -> None:
    interaction = SubElement(
        body,
        "qti-choice-interaction",
        {
            "response-identifier": "RESPONSE",
            "shuffle": "false",
            "max-choices": "1" if question.type == "single" else "0",
        },
    )
    for name, option in zip(identifiers, question.options, strict=True):
        choice = SubElement(interaction, "qti-simple-choice", {"identifier": name})
        if _is_clean(option.text) and "\n" in option.text:
            _write_blocks(choice, option.text, question)
        else:
            _write_line(choice, option.text, question)


def _write_processing(root: Element, question: Question) -> None:
    """Who scores: one right option by the map, all right options together by comparison, written answers a person."""
    if question.type == "short":
        return
    if question.type == "single" and question.marks is not None and _has_key(question):
        SubElement(root, "qti-response-processing", {"template": f"{_TEMPLATES}/map_response.xml"})
    elif question.marks is None:
        SubElement(root, "qti-response-processing", {"template": f"{_TEMPLATES}/match_correct.xml"})
    else:
        root.append(_all_or_nothing())


def _has_key(question: Question) -> bool:
    return any(option.correct for option in question.options)


def _all_or_nothing() -> Element:
    """match_correct with the item's own marks in place of one."""
    processing = Element("qti-response-processing")
    when = SubElement(SubElement(processing, "qti-response-condition"), "qti-response-if")
    match = SubElement(when, "qti-match")
    SubElement(match, "qti-variable", {"identifier": "RESPONSE"})
    SubElement(match, "qti-correct", {"identifier": "RESPONSE"})
    SubElement(SubElement(when, "qti-set-outcome-value", {"identifier": "SCORE"}), "qti-variable", {"identifier": "MAXSCORE"})  # fmt: skip
    return processing


def _write_rubric(body: Element, question: Question) -> None:
    if not question.answers and not question.points:
        return
    block = SubElement(body, "qti-rubric-block", {"view": "scorer", "use": "scoring"})
    content = SubElement(block, "qti-content-body")
    for answer in question.answers:
        _write_blocks(SubElement(content, "div", {"class": ANSWER}), answer, question)
    if question.points:
        points = SubElement(content, "ol", {"class": POINTS})
        for point in question.points:
            entry = SubElement(points, "li")
            marks = SubElement(entry, "span", {"class": MARKS})
            marks.text, marks.tail = str(point.marks), " 分："
            _write_line(SubElement(entry, "span", {"class": WORDS}), point.text, question)


# Words


def _is_clean(text: str) -> bool:
    """Whether a reader that counts runs of white space as one space gives the text back as it is."""
    lines = text.split("\n")
    return all(line and line == line.strip(" ") for line in lines) and not re.search(r"  |\t|\r", text)


def _write_blocks(parent: Element, text: str, question: Question) -> None:
    """A paragraph for each line; a text whose white space matters stays one paragraph with its space marked."""
    for line in text.split("\n") if _is_clean(text) else [text]:
        _write_line(SubElement(parent, "p"), line, question)


def _write_line(parent: Element, text: str, question: Question) -> None:
    paths = {medium.name: path for medium, path in zip(question.media, _media_paths(question), strict=True)}
    words = {medium.name: medium.alt for medium in question.media}
    exact = "\n" in text or not _is_clean(text)
    reached = 0
    for found in PICTURE.finditer(text):
        if found[1] in paths:
            _write_words(parent, text[reached : found.start()], exact=exact)
            _write_medium(parent, paths[found[1]], words.get(found[1], ""))
            reached = found.end()
    _write_words(parent, text[reached:], exact=exact)


def _write_medium(parent: Element, path: str, words: str) -> None:
    """A picture, or a player whose fallback is the words that stand in for it."""
    source = f"../{quote(path)}"
    tag = PLAYED.get(path.rpartition(".")[2].lower())
    if tag is None:
        SubElement(parent, "img", {"src": source, "alt": words})
        return
    player = SubElement(parent, tag, {"src": source, "controls": "true"})
    player.text = words or None


def _write_words(parent: Element, text: str, *, exact: bool) -> None:
    if not exact:
        _append(parent, text)
        return
    for part in _WORDS_OR_GAPS.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        if part == "\n":
            SubElement(parent, "br", {"class": KEPT})
        elif part == "\t":
            SubElement(parent, "span", {"class": f"{KEPT} {KEPT}-tab"}).text = "\u00a0"
        elif part == " ":
            SubElement(parent, "span", {"class": KEPT}).text = "\u00a0"
        else:
            _append(parent, part)


def _append(parent: Element, text: str) -> None:
    """Text after what the element already holds."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
