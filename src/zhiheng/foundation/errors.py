"""The root of every error of ours, and the one that carries a refusal to a person."""


class ZhihengError(Exception):
    """Something in 职衡 was used in a way it cannot serve."""


class Refused(ZhihengError):
    """An act was refused; nothing of it was kept.

    what: what is refused, naming the field or row.
    rule: the document and clause behind it (may be empty for plain bad input).
    remedy: what to do next.
    code: stable word for programs, e.g. "id-number-check".
    """

    def __init__(self, *, what: str, rule: str = "", remedy: str = "", code: str = "refused") -> None:
        self.what = what
        self.rule = rule
        self.remedy = remedy
        self.code = code
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        parts = [self.what.rstrip("。")]
        if self.rule:
            parts.append(f"依据：{self.rule}".rstrip("。"))
        if self.remedy:
            parts.append(self.remedy.rstrip("。"))
        return "。".join(parts) + "。"
