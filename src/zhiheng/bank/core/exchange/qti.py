"""QTI 2.1, 2.2 and 3.0: reading a package or a single item, and (qti_writing) writing a package of 3.0.

Every item of a package becomes a question, a kind not asked here with its reason, or a fault: nothing is left out.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.qti_item import Source, read_item
from zhiheng.bank.core.exchange.qti_labels import Labels, labels_of
from zhiheng.bank.core.exchange.qti_package import (
    LIMIT_XML,
    MANIFEST,
    Package,
    Resource,
    is_medium,
)
from zhiheng.bank.core.exchange.qti_words import in_plain_words
from zhiheng.bank.core.exchange.qti_writing import write_qti3
from zhiheng.bank.core.exchange.terms import Fault, Question, Reading, Unsupported
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.markup import read_xml

__all__ = ["read_qti", "write_qti3"]

_ZIP = b"PK"
_OTHER_ROOTS = {
    "assessmentTest": "试卷结构不导入，其中的题目已逐题读入",
    "assessmentSection": "试卷的分段结构不导入，其中的题目已逐题读入",
    "questestinterop": "这是 QTI 1.x 的题目，请由出题软件导出为 QTI 2.1、2.2 或 3.0",
}
_ITEM = re.compile(rb"<(\w+:)?(assessmentItem|qti-assessment-item)\b")
_HOSTILE = ("xml-dtd", "xml-deep")


@dataclass(slots=True, kw_only=True)
class _Found:
    questions: list[Question] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def add(self, result: Question | Unsupported | Fault, source: Source | None = None) -> None:
        if isinstance(result, Question):
            self.questions.append(result)
            for remark in source.remarks if source else ():
                self.remarks.append(Fault(where=result.where, reason=remark))
        elif isinstance(result, Unsupported):
            self.unsupported.append(result)
        else:
            self.errors.append(result)

    def reading(self) -> Reading:
        return Reading(
            questions=tuple(self.questions),
            unsupported=tuple(self.unsupported),
            errors=tuple(self.errors),
            remarks=tuple(self.remarks),
        )


def read_qti(content: bytes, *, name: str) -> Reading:
    """The questions of a content package (.zip) or of one item (.xml).

    Raises: Refused for a file that is neither, that is too large, or that is made to do harm.
    """
    if not content:
        raise incoming.empty(name)
    if len(content) > incoming.LIMITS.packed:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {incoming.LIMITS.packed // 1048576} MB",
            remedy="请分成几个题目包导入",
            code="file-too-large",
        )
    if content.startswith(_ZIP):
        reading = _package(Package.opened(content, name=name))
        incoming.require_count(len(reading.questions), name=name)
        return reading
    root = in_plain_words(read_xml(content, name=name, longest=LIMIT_XML))
    found = _Found()
    _take(found, Package(name=name), root, where=name, labels=Labels())
    return found.reading()


def _package(package: Package) -> Reading:
    found = _Found()
    listed = package.resources()
    seen: Counter[str] = Counter()
    for resource in listed:
        _resource(found, package, resource, again=seen[resource.href] > 0)
        seen[resource.href] += 1
    named = {path for resource in listed for path in (resource.href, *resource.files)}
    for path in package.paths:
        if path not in named and path != package.manifest and path.lower().endswith(".xml"):
            _unlisted(found, package, path)
    if not package.manifest and not (found.questions or found.unsupported or found.errors):
        raise Refused(
            what=f"压缩包“{package.name}”里没有题目清单 {MANIFEST}，也没有 QTI 题目",
            remedy="请在出题软件里选择导出为 QTI 题目包",
            code="qti-empty",
        )
    return found.reading()


def _resource(found: _Found, package: Package, resource: Resource, *, again: bool) -> None:
    kind = resource.type.lower()
    where = resource.href or resource.id
    item = "item" in kind
    if not item and not _may_be_item(resource):
        return
    if again:
        if item:
            found.add(Fault(where=where, reason="清单里另有一项指向同一个文件，只读入了一次。"))
        return
    try:
        root = package.xml(resource.href)
    except Refused as refused:
        if refused.code in _HOSTILE:
            raise
        if item or "test" in kind:
            found.add(Fault(where=where, reason=refused.sentence))
        return
    attached = [path for path in resource.files if is_medium(path)]
    _take(
        found, package, root, where=where, labels=labels_of(resource.metadata), attached=attached, item=item
    )


def _may_be_item(resource: Resource) -> bool:
    """Lists do not always name the type; files of other kinds are told by what they begin with."""
    others = ("stimulus", "rptemplate", "responseprocessing", "outcomes", "metadata")
    return resource.href.lower().endswith(".xml") and not any(other in resource.type for other in others)


def _unlisted(found: _Found, package: Package, path: str) -> None:
    """An item the list forgot is read all the same; other files are no business of ours."""
    try:
        root = package.xml(path)
    except Refused as refused:
        if refused.code in _HOSTILE:
            raise
        if _may_hold_an_item(package, path):
            found.add(Fault(where=path, reason=refused.sentence))
        return
    _take(found, package, root, where=path, labels=Labels())


def _may_hold_an_item(package: Package, path: str) -> bool:
    """Whether a text that is no XML speaks of an item; of one that cannot be unpacked nobody knows."""
    try:
        return _ITEM.search(package.content(path)) is not None
    except Refused:
        return True


def _take(
    found: _Found,
    package: Package,
    root: Element,
    *,
    where: str,
    labels: Labels,
    attached: list[str] | None = None,
    item: bool = False,
) -> None:
    """item: whether the list calls it one, so that it is told when it is none."""
    if root.tag in _OTHER_ROOTS:
        found.add(
            Unsupported(
                id=root.get("identifier", root.get("ident", ""))[:200],
                type=root.tag,
                reason=_OTHER_ROOTS[root.tag],
                where=where,
            )
        )
        return
    if root.tag != "assessmentItem":
        if item or package.archive is None:
            found.add(Fault(where=where, reason=f"不是 QTI 题目：文件的首个标签是 {root.tag[:60]}。"))
        return
    source = Source(
        root=root,
        where=where,
        labels=labels,
        file=lambda address: package.file(where, address),
        stimulus=lambda address, take: package.stimulus(where, address, take),
    )
    try:
        for path in attached or ():
            source.take(package.medium(path))
    except Refused as refused:
        found.add(Fault(where=where, reason=refused.sentence))
        return
    found.add(read_item(source), source)
