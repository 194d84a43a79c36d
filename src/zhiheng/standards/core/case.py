"""A national standard as a framework of IMS CASE 1.0, so that other systems can point at its codes.

Every identifier is a UUID of version 5 over the standard and the place in it: the same in every copy, on every day and
under every address. Source: IMS Competencies and Academic Standards Exchange 1.0, information model (CFPackage).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from zhiheng.foundation.moment import day_begins, iso
from zhiheng.standards.core.loader import DATA, load_occupation
from zhiheng.standards.core.terms import Content, Kind, Occupation, Point, StandardLevel

_NAMESPACE = UUID("6f1c3f52-6f0e-5c1d-9a70-0c5a5d1e4b21")  # ours alone; it must never change
LANGUAGE = "zh-Hans"
_TYPES = {
    "requirement": "基本要求",
    "area": "基本要求类别",
    "basics": "基本要求条目",
    "level": "技能级别",
    "function": "职业功能",
    "content": "工作内容",
    "skill": "技能要求",
    "knowledge": "相关知识要求",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """An item of the tree. path: its place, which names it for ever; parent: "" = the document itself.

    label: the way item files name a point ("skill:4.1.1"); levels: names of those it holds at.
    """

    path: str
    parent: str
    number: int
    type: str
    code: str
    statement: str
    levels: tuple[str, ...]
    label: str = ""
    trades: tuple[str, ...] = ()
    note: str = ""


def identifier_of(standard: str, path: str) -> str:
    """The identifier of a place in a standard, for ever."""
    return str(uuid5(_NAMESPACE, f"{standard}/{path}"))


def point_identifier(standard: str, level: str, kind: Kind, code: str) -> str:
    """The identifier of a coded point. level: "" for the basics."""
    return identifier_of(standard, _point_path(level, kind, code))


@cache
def label_of_identifier(identifier: str) -> str:
    """The label ("skill:4.1.1") of a point of any standard we know, "" for a stranger."""
    return _labels().get(identifier.strip().lower(), "")


@cache
def _labels() -> dict[str, str]:
    standards = [load_occupation(path.stem) for path in sorted((DATA / "occupations").glob("*.yaml"))]
    return {
        identifier_of(occupation.id, node.path): node.label
        for occupation in standards
        for node in _nodes(occupation)
        if node.label
    }


def case_package(occupation: Occupation, *, base: str) -> dict[str, Any]:
    """The CFPackage as plain JSON values. base: the address the standard's pages lie under, without a last "/"."""
    writer = _Writer(occupation=occupation, home=f"{base.rstrip('/')}/standards/{occupation.id}/case.json")
    nodes = tuple(_nodes(occupation))
    statements = {"": occupation.title, **{node.path: node.statement for node in nodes}}
    return {
        "CFDocument": writer.document(),
        "CFItems": [writer.item(node) for node in nodes],
        "CFAssociations": [writer.association(node, statements[node.parent]) for node in nodes],
        "CFDefinitions": {
            "CFConcepts": [],
            "CFSubjects": [writer.subject()],
            "CFLicenses": [],
            "CFItemTypes": [
                {
                    **writer.named(f"type/{slug}"),
                    "title": title,
                    "description": title,
                    "hierarchyCode": str(number),
                }
                for number, (slug, title) in enumerate(_TYPES.items(), 1)
            ],
            "CFAssociationGroupings": [],
        },
        "CFRubrics": [],
    }


# The tree


def _nodes(occupation: Occupation) -> Iterator[_Node]:
    """Every item, parents before children, children in printed order."""
    everyone = tuple(level.name for level in occupation.levels)
    yield from _basics(occupation, everyone)
    for number, level in enumerate(occupation.levels, 2):
        yield _Node(
            path=f"level/{level.id}",
            parent="",
            number=number,
            type="level",
            code=level.id,
            statement=level.name,
            levels=(level.name,),
        )
        yield from _functions(level)


def _basics(occupation: Occupation, levels: tuple[str, ...]) -> Iterator[_Node]:
    def group(code: str, parent: str, number: int, type: str, title: str) -> _Node:
        return _Node(
            path=f"group/{code}",
            parent=parent,
            number=number,
            type=type,
            code=code,
            statement=title,
            levels=levels,
        )

    yield group("2", "", 1, "requirement", "基本要求")
    yield group("2.1", "group/2", 1, "area", "职业道德")
    yield from _points("group/2.1", "", "basics", occupation.basics.ethics, levels=levels)
    yield group("2.2", "group/2", 2, "area", "基础知识")
    for number, area in enumerate(occupation.basics.areas, 1):
        yield group(area.code, "group/2.2", number, "area", area.title)
        yield from _points(f"group/{area.code}", "", "basics", area.points, levels=levels)


def _functions(level: StandardLevel) -> Iterator[_Node]:
    for number, function in enumerate(level.functions, 1):
        trades = level.trades_of(function)
        path = f"level/{level.id}/function/{function.number}"
        yield _Node(
            path=path,
            parent=f"level/{level.id}",
            number=number,
            type="function",
            code=str(function.number),
            statement=function.title,
            levels=(level.name,),
            trades=trades,
        )
        for place, content in enumerate(function.contents, 1):
            yield from _content(level, path, place, content, trades)


def _content(
    level: StandardLevel, parent: str, number: int, content: Content, trades: tuple[str, ...]
) -> Iterator[_Node]:
    path = f"level/{level.id}/content/{content.code}"
    levels = (level.name,)
    yield _Node(
        path=path,
        parent=parent,
        number=number,
        type="content",
        code=content.code,
        statement=content.title,
        levels=levels,
        trades=trades,
    )
    yield from _points(path, level.id, "skill", content.skills, levels=levels, trades=trades)
    after = len(content.skills) + 1
    yield from _points(
        path, level.id, "knowledge", content.knowledge, levels=levels, trades=trades, number=after
    )


def _points(
    parent: str,
    level: str,
    kind: Kind,
    points: Sequence[Point],
    *,
    levels: tuple[str, ...],
    trades: tuple[str, ...] = (),
    number: int = 1,
) -> Iterator[_Node]:
    for place, point in enumerate(points, number):
        yield _Node(
            path=_point_path(level, kind, point.code),
            parent=parent,
            number=place,
            type=kind,
            code=point.code,
            statement=point.text,
            levels=levels,
            label=f"{kind}:{point.code}",
            trades=point.trades or point.trades_derived or trades,
            note=point.current_title,
        )


def _point_path(level: str, kind: Kind, code: str) -> str:
    return f"level/{level}/{kind}/{code}" if level else f"{kind}/{code}"


# Its form in JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """home: the address of the whole package; parts are named after the "#"."""

    occupation: Occupation
    home: str

    @property
    def changed(self) -> str:
        """The edition never changes after the day it was published."""
        return iso(day_begins(self.occupation.published))

    def named(self, path: str) -> dict[str, str]:
        found = identifier_of(self.occupation.id, path)
        uri = f"{self.home}#{found}" if path else self.home
        return {"identifier": found, "uri": uri, "lastChangeDateTime": self.changed}

    def link(self, path: str, title: str) -> dict[str, str]:
        named = self.named(path)
        return {"title": title, "identifier": named["identifier"], "uri": named["uri"]}

    def document(self) -> dict[str, Any]:
        occupation = self.occupation
        return {
            **self.named(""),
            "creator": "、".join(occupation.issuers),
            "title": occupation.title,
            "description": occupation.definition.value,
            "subject": [occupation.name],
            "subjectURI": [self.link("subject", occupation.name)],
            "language": LANGUAGE,
            "version": occupation.edition,
            "adoptionStatus": "Adopted",
            "statusStartDate": occupation.published.isoformat(),
            "notes": f"{occupation.notice}；职业编码 {occupation.code}",
        }

    def subject(self) -> dict[str, str]:
        occupation = self.occupation
        return {
            **self.named("subject"),
            "title": occupation.name,
            "description": occupation.definition.value,
            "hierarchyCode": occupation.code,
        }

    def item(self, node: _Node) -> dict[str, Any]:
        names = {trade.mark: trade.name for trade in self.occupation.trades}
        said: dict[str, Any] = {
            **self.named(node.path),
            "fullStatement": node.statement,
            "humanCodingScheme": node.code,
            "alternativeLabel": node.label,
            "CFItemType": _TYPES[node.type],
            "CFItemTypeURI": self.link(f"type/{node.type}", _TYPES[node.type]),
            "conceptKeywords": [names[mark] for mark in node.trades],
            "educationLevel": list(node.levels),
            "language": LANGUAGE,
            "notes": node.note,
        }
        return {key: value for key, value in said.items() if value}

    def association(self, node: _Node, parent: str) -> dict[str, Any]:
        return {
            **self.named(f"child/{node.path}"),
            "associationType": "isChildOf",
            "sequenceNumber": node.number,
            "originNodeURI": self.link(node.path, node.statement),
            "destinationNodeURI": self.link(node.parent, parent),
        }
