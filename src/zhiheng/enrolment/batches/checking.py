"""Looking at a whole sheet and its archive: every row held against the rules, what is on file, and its papers.

Nothing is written here; what comes of it is kept or shown by others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zhiheng.enrolment.batches.choosing import OpenOfferings, chooser_for, offerings_by_id
from zhiheng.enrolment.batches.known import OnFile, on_file
from zhiheng.enrolment.batches.rows import Checked, Fault, Held, Row, StrayFile
from zhiheng.enrolment.core.admission import decide_open
from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.documents import OF_MATERIAL, WORDS, required_kinds
from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.headings import Headings, find_headings, text_of
from zhiheng.enrolment.core.naming import Bearer, Sorted, sort_files
from zhiheng.enrolment.core.sheet import RowFault, SheetRow, read_sheet
from zhiheng.enrolment.core.workbook import Cell
from zhiheng.enrolment.core.workshop import Examined, Job, Source, examine, opened, workshop
from zhiheng.enrolment.models import RowState
from zhiheng.enrolment.queries import standing_of
from zhiheng.enrolment.refusals import EDITABLE, check_profile
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.people.models import Institution
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import date_of
from zhiheng.standards.queries import conditions_of

Progress = Callable[[int, int], None]  # rows done, rows in all
_ONE_FACE = ("photo", "id_front")  # the same picture for two people is one of them wrong


@dataclass(kw_only=True)
class Check:
    """One look. unfinished_too: rows without all papers or conditions are drafts, not faults."""

    institution: Institution
    cells: Sequence[Sequence[Cell]]
    offering: Offering | None = None
    sitting: Sitting | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None
    unfinished_too: bool = False

    def run(self, progress: Progress) -> Checked:
        """Raises: Refused when sheet or archive cannot be used at all."""
        headings = find_headings(self.cells, self.chosen)
        wanted = chooser_for(self.offering, self.sitting)
        if isinstance(wanted, OpenOfferings):
            wanted.require_told(column.key for column in headings.columns.values())
        read = read_sheet(self.cells, wanted=wanted, headings=headings)
        rows = _rows(self.cells, headings, read.rows, read.faults)
        self._offerings = offerings_by_id(self.offering)
        self._check_admission(rows)
        known = on_file(
            [(self._offering(row.entry), row.entry.id_number) for row in rows if row.entry is not None]
        )
        assessed = {
            row.number: self._check_facts(row, row.entry, known, headings) for row in rows if row.entry
        }
        strays = self._check_papers(rows, progress)
        for row in rows:
            if row.entry is not None:
                self._conclude(row, row.entry, assessed.get(row.number), known)
        return Checked(rows=rows, strays=strays, headings=headings.texts)

    def _offering(self, entry: SheetRow) -> Offering:
        return self._offerings[entry.offering]

    def _check_admission(self, rows: Sequence[Row]) -> None:
        closed: dict[str, str] = {}
        for row in rows:
            if row.entry is None:
                continue
            named = row.entry.offering
            if named not in closed:
                standing = standing_of(self.institution, self._offerings[named])
                unmet = decide_open(standing, now=clock.now()).unmet
                closed[named] = "；".join(reason.text for reason in unmet)
            if closed[named]:
                row.faults.append(Fault(column="", value="", reason=closed[named]))

    def _check_facts(self, row: Row, entry: SheetRow, known: OnFile, headings: Headings) -> Assessment | None:
        """Against what is on file, and against the conditions."""
        offering = self._offering(entry)
        name = known.names.get(entry.id_number)
        if name is not None and name != entry.name:
            row.faults.append(
                _fault(
                    headings,
                    "name",
                    entry.name,
                    "该身份证号码已登记为另一个姓名，请核对；确有更名的请联系专委会",
                )
            )
            return None
        live = known.applications.get((offering.id, entry.id_number))
        if live is not None and live.institution_id != self.institution.id:
            reason = "在这一考期已由其他机构报了同一项目，不能重复报名"
            row.faults.append(_fault(headings, "id_number", entry.id_number, reason))
            return None
        if live is not None and live.offering_id != offering.id:
            reason = f"在这一考期已报了{live.offering.title}，同一考期同一项目只能报一个级别；要改报的，请先撤回原报名"
            row.faults.append(_fault(headings, "level", live.offering.title, reason))
            return None
        try:
            check_profile(entry.profile, offering)
        except Refused as refused:
            row.faults.append(Fault(column="", value="", reason=refused.sentence))
            return None
        found = _assessed(entry, offering)
        if not found.eligible:
            self._note_or_blame(row, "报名条件", _unmet(found, offering))
        return found

    def _note_or_blame(self, row: Row, column: str, reason: str, value: str = "") -> None:
        """What a draft may still lack."""
        if self.unfinished_too:
            row.notes.append(reason)
        else:
            row.faults.append(Fault(column=column, value=value, reason=reason))

    def _check_papers(self, rows: Sequence[Row], progress: Progress) -> list[StrayFile]:
        if self.source is None:
            progress(len(rows), len(rows))
            return []
        archive = opened(self.source)
        bearers = [Bearer(row=row.number, name=row.name, id_number=row.id_number) for row in rows]
        found = sort_files(archive.entries, bearers)
        jobs = [
            [
                Job(number=filed.entry.number, kind=filed.kind, path=filed.entry.path)
                for filed in found.files.get(row.number, [])
            ]
            for row in rows
        ]
        faces: dict[str, Row] = {}
        with workshop(self.source, examine, jobs) as answers:
            for done, (row, examined) in enumerate(zip(rows, answers, strict=True), 1):
                self._take(row, examined, faces)
                progress(done, len(rows))
        for row in rows:
            row.faults += [
                Fault(column=WORDS.get(kind, "材料"), value="", reason=reason)
                for kind, reason in found.faults.get(row.number, [])
            ]
        self._hint(rows, found)
        return [StrayFile(path=stray.path, reason=stray.reason, row=stray.row) for stray in found.strays]

    def _take(self, row: Row, examined: Iterable[Examined], faces: dict[str, Row]) -> None:
        for paper in examined:
            job = paper.job
            if paper.fault:
                row.faults.append(Fault(column=WORDS[job.kind], value=job.path, reason=paper.fault))
                continue
            other = faces.setdefault(paper.sha256, row) if job.kind in _ONE_FACE else row
            if other is not row:
                row.faults.append(
                    Fault(
                        column=WORDS[job.kind],
                        value=job.path,
                        reason=f"与第 {other.number} 行{other.name}的文件完全相同，请核对是谁的",
                    )
                )
                continue
            row.papers.append(Held(number=job.number, path=job.path, kind=job.kind, sha256=paper.sha256))

    def _hint(self, rows: Sequence[Row], found: Sorted) -> None:
        """A row hears of the files that seem to be its own and were not used."""
        by_row: dict[int, list[str]] = defaultdict(list)
        for stray in found.strays:
            if stray.row:
                by_row[stray.row].append(f"“{stray.path}”没有采用：{stray.reason}")
        for row in rows:
            row.notes += by_row.get(row.number, [])

    def _conclude(self, row: Row, entry: SheetRow, assessed: Assessment | None, known: OnFile) -> None:
        """Which papers are still missing, and what entering this row would do."""
        offering = self._offering(entry)
        live = known.applications.get((offering.id, entry.id_number))
        held = known.papers.get(live.id, {}) if live else {}
        if assessed is not None and assessed.eligible:
            row.claimed = entry.condition if entry.condition in assessed.satisfied else assessed.satisfied[0]
            if self.source is not None:
                self._ask_for_papers(row, assessed, set(held))
        if row.faults:
            row.state = RowState.BAD
        elif live is None:
            row.state = RowState.NEW
        else:
            self._compare(row, entry, live.status, known.differs(live, entry, row.papers))

    def _ask_for_papers(self, row: Row, assessed: Assessment, held: set[str]) -> None:
        broken = {fault.column for fault in row.faults}
        have = {paper.kind for paper in row.papers} | held
        hints = [note for note in row.notes if note.startswith("“")]
        for kind in required_kinds(assessed, row.claimed):
            if kind not in have and WORDS[kind] not in broken:
                lacking = f"压缩包里没有这位考生的{_asked(assessed, row.claimed, kind)}"
                self._note_or_blame(row, WORDS[kind], "；".join([lacking, *hints]))

    def _compare(self, row: Row, entry: SheetRow, status: str, differs: bool) -> None:
        if not differs:
            row.state = RowState.THERE
            row.notes.append("已经在了，内容相同，不会重复写入")
        elif status in EDITABLE:
            row.state = RowState.CHANGED
            row.notes.append("已有草稿，将按表格更新")
        else:
            row.faults.append(
                Fault(
                    column="",
                    value=entry.name,
                    reason="这位考生的报名已经提交，表格或材料里的改动没有写入；需要更正的，请先撤回或联系专委会退回",
                )
            )
            row.state = RowState.BAD


def _rows(
    cells: Sequence[Sequence[Cell]],
    headings: Headings,
    entries: Sequence[SheetRow],
    faults: Sequence[RowFault],
) -> list[Row]:
    places = {column.key: place for place, column in headings.columns.items()}
    good = {entry.row: entry for entry in entries}
    bad: dict[int, list[RowFault]] = defaultdict(list)
    for fault in faults:
        bad[fault.row].append(fault)
    rows = []
    for number in sorted(good.keys() | bad.keys()):
        texts = [text_of(value) for value in cells[number - 1]]
        entry = good.get(number)
        said = {key: texts[place] if place < len(texts) else "" for key, place in places.items()}
        rows.append(
            Row(
                number=number,
                cells=texts,
                name=entry.name if entry else said.get("name", ""),
                id_number=entry.id_number if entry else said.get("id_number", "").upper(),
                entry=entry,
                state=RowState.NEW if entry else RowState.BAD,
                faults=[_placed(headings, fault) for fault in bad.get(number, [])],
            )
        )
    return rows


def _placed(headings: Headings, fault: RowFault) -> Fault:
    for place, column in headings.columns.items():
        if column.heading == fault.column:
            return Fault(column=fault.column, value=fault.value, reason=fault.reason, place=place)
    return Fault(column=fault.column, value=fault.value, reason=fault.reason)


def _fault(headings: Headings, key: str, value: str, reason: str) -> Fault:
    for place, column in headings.columns.items():
        if column.key == key:
            return Fault(column=column.heading, value=value, reason=reason, place=place)
    return Fault(column="", value=value, reason=reason)


def _assessed(entry: SheetRow, offering: Offering) -> Assessment:
    as_of = date_of(offering, "enrolment_closes")
    return assess(
        profile=profile_from_facts(entry.profile, as_of=as_of),
        conditions=conditions_of(offering.revision),
        programme=offering.programme,
        level=offering.level,
        trade=offering.trade or None,
        as_of=as_of,
    )


def _asked(assessed: Assessment, claimed: str, kind: str) -> str:
    """The kind of paper, with what would do under the claimed condition."""
    names = [
        proof.name
        for line in assessed.lines
        if line.number == claimed
        for proof in line.proofs
        if OF_MATERIAL.get(proof.material) == kind
    ]
    return WORDS[kind] + (f"（{'、'.join(dict.fromkeys(names))}）" if names else "")


def _unmet(found: Assessment, offering: Offering) -> str:
    nearest = "；".join(f"（{line.number}）{line.text}" for line in found.lines if not line.met)
    earliest = f"；按现有情况最早 {chinese_day(found.earliest)} 满足" if found.earliest else ""
    return f"不满足{offering.title}的任何一条报名条件：{nearest}{earliest}。请核对学历、工作与证书是否填全，或改报其他级别"
