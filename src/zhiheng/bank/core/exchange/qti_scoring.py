"""What an item's declarations say about its key and its marks."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.qti_words import children, first


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response declaration. correct: its right values; mapped: value -> marks; most: the upper bound, if said."""

    cardinality: str
    correct: tuple[str, ...] = ()
    mapped: dict[str, Decimal] = field(default_factory=dict)
    most: Decimal | None = None

    @property
    def earning(self) -> tuple[str, ...]:
        """Values that earn marks, dearest first."""
        paid = [value for value, marks in self.mapped.items() if marks > 0]
        return tuple(sorted(paid, key=lambda value: -self.mapped[value]))

    @property
    def right(self) -> tuple[str, ...]:
        """The right values, from the mapping where no correct response is declared."""
        if self.correct or not self.earning:
            return self.correct
        return self.earning if self.cardinality == "multiple" else self.earning[:1]

    @property
    def marks(self) -> Decimal | None:
        """What the mapping lets one earn."""
        if self.most is not None:
            return self.most
        paid = [self.mapped[value] for value in self.earning]
        if not paid:
            return None
        return sum(paid, Decimal(0)) if self.cardinality == "multiple" else paid[0]


def response_of(root: Element, identifier: str) -> Response | None:
    """The declaration of that identifier, if there is one."""
    for declaration in children(root, "responseDeclaration"):
        if declaration.get("identifier") == identifier:
            return _response(declaration)
    return None


def _response(declaration: Element) -> Response:
    correct = first(declaration, "correctResponse")
    mapping = first(declaration, "mapping")
    mapped: dict[str, Decimal] = {}
    for entry in children(mapping, "mapEntry") if mapping is not None else ():
        mapped[(entry.get("mapKey") or "").strip()] = decimal(entry.get("mappedValue")) or Decimal(0)
    return Response(
        cardinality=declaration.get("cardinality", "single"),
        correct=tuple(
            value for value in ((part.text or "").strip() for part in children(correct, "value")) if value
        )
        if correct is not None
        else (),
        mapped=mapped,
        most=_above_zero(mapping.get("upperBound")) if mapping is not None else None,
    )


def marks_of(root: Element, response: Response | None) -> Decimal | None:
    """What the whole item is worth: MAXSCORE, else the most of SCORE, else what the mapping gives."""
    for name, said in (("MAXSCORE", _default), ("SCORE", _most)):
        for declaration in children(root, "outcomeDeclaration"):
            found = said(declaration) if declaration.get("identifier") == name else None
            if found is not None:
                return found
    return response.marks if response else None


def _default(declaration: Element) -> Decimal | None:
    value = declaration.find("defaultValue/value")
    return _above_zero(value.text) if value is not None else None


def _most(declaration: Element) -> Decimal | None:
    return _above_zero(declaration.get("normalMaximum"))


def _above_zero(text: str | None) -> Decimal | None:
    number = decimal(text)
    return number if number is not None and number > 0 else None


def decimal(text: str | None) -> Decimal | None:
    """A finite number of an honest length; None for everything else."""
    if text is None or len(text) > 40:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None
