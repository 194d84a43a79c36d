"""Go or no-go after a rehearsed sitting: what the machine and the hall did, against what an exam needs."""

from dataclasses import dataclass

from zhiheng.foundation.decision import Decision, Reason

SPARE_FILES = 300
"""Open files of the hall beside its candidates' connections."""
BYTES_PER_ANSWER = 700
"""Room on disk for one saved version, log and index and write-ahead log together, with reserve."""
VERSIONS = 3
"""How often a candidate changes their mind about a question, on average and with reserve."""
SYNC_MS = 20.0
START_SECONDS = 10.0
SAVE_MS = 500.0
RESTART_SECONDS = 15.0
CPU_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What one rehearsal found. Times in the unit of their name; cpu_share: of one processor, at the real pace.

    open_files: how many the hall may open. free_bytes: on the disk of the log. sync_ms: the 99th percentile
    of one fsync there. signed_in, opened, submitted, receipts: candidates. start_seconds: from the start of
    the exam until the last had the paper open. acknowledged: answers; missing: of them, not in the log;
    doubled: there twice; disordered: in another order. save_ms: the 99th percentile, from the moment the
    candidate answered, outside the planned breaks. cut, moved: candidates whose network broke, who changed
    machine. stuck: what each candidate heard who could not go on. restart_seconds: from killing the hall until it served again, None when it was not killed.
    """

    candidates: int
    questions: int
    open_files: int
    free_bytes: int
    sync_ms: float
    signed_in: int
    opened: int
    start_seconds: float
    acknowledged: int
    missing: int
    doubled: int
    disordered: int
    save_ms: float
    cpu_share: float
    cut: int
    moved: int
    stuck: tuple[str, ...]
    restart_seconds: float | None
    submitted: int
    receipts: int


def decide_go(found: Rehearsed) -> Decision:
    """Every condition is named, met or not; all must be met."""
    return Decision.all_of(
        *_machine(found),
        _everybody("signed-in", "登录", found.signed_in, found.candidates, "请查看考场服务的输出"),
        _everybody("opened", "打开试卷", found.opened, found.candidates, "请查看考场服务的输出"),
        _within("start-time", "开考到最后一人打开试卷", found.start_seconds, START_SECONDS, "秒"),
        _nothing_lost(found),
        _within("save-time", "保存一个答案（99% 的情况）", found.save_ms, SAVE_MS, "毫秒"),
        _nobody_stuck(found),
        *_restart(found),
        _everybody("submitted", "交卷", found.submitted, found.candidates, "请查看考场服务的输出"),
        _everybody("receipts", "回执验证相符", found.receipts, found.candidates, "回执不符的考场不可开考"),
    )


def _machine(found: Rehearsed) -> tuple[Reason, ...]:
    files = found.candidates + SPARE_FILES
    room = found.candidates * found.questions * VERSIONS * BYTES_PER_ANSWER
    return (
        Reason(
            code="open-files",
            text=f"可同时打开 {found.open_files} 个连接与文件，需要 {files} 个",
            met=found.open_files >= files,
            rule="每名考生一个连接",
            remedy="" if found.open_files >= files else f"请提高打开文件数的上限（ulimit -n {files}）",
        ),
        Reason(
            code="disk-space",
            text=f"磁盘剩余 {_megabytes(found.free_bytes)}，需要 {_megabytes(room)}",
            met=found.free_bytes >= room,
            rule=f"每题按保存 {VERSIONS} 次预留",
            remedy="" if found.free_bytes >= room else "请清理磁盘或更换数据目录",
        ),
        _within("sync-time", "磁盘落盘一次（99% 的情况）", found.sync_ms, SYNC_MS, "毫秒"),
        Reason(
            code="cpu-share",
            text=f"正常作答时考场服务用去一个核的 {found.cpu_share:.0%}",
            met=found.cpu_share <= CPU_SHARE,
            rule=f"不超过 {CPU_SHARE:.0%}，留一半余量",
            remedy="" if found.cpu_share <= CPU_SHARE else "请换更快的机器，或用 PostgreSQL 分到多台",
        ),
    )


def _nothing_lost(found: Rehearsed) -> Reason:
    met = found.acknowledged > 0 and not (found.missing or found.doubled or found.disordered)
    return Reason(
        code="answers-kept",
        text=f"已确认的答案 {found.acknowledged} 个：丢失 {found.missing}，重复 {found.doubled}，乱序 {found.disordered}"
        f"（其间 {found.cut} 人断网、{found.moved} 人换机）",
        met=met,
        rule="凡确认的答案一个不丢、一个不重、次序不乱",
        remedy="" if met else "不可开考：请保留数据目录，联系系统管理员",
    )


def _nobody_stuck(found: Rehearsed) -> Reason:
    words = f"，例如 {found.stuck[0]}" if found.stuck else ""
    return Reason(
        code="stuck",
        text=f"中途无法继续 {len(found.stuck)} 人次{words}",
        met=not found.stuck,
        rule="没有人中途无法继续",
        remedy="请查看考场服务的输出" if found.stuck else "",
    )


def _restart(found: Rehearsed) -> tuple[Reason, ...]:
    if found.restart_seconds is None:
        return ()
    return (_within("restart-time", "强行终止后恢复服务", found.restart_seconds, RESTART_SECONDS, "秒"),)


def _everybody(code: str, words: str, count: int, total: int, remedy: str) -> Reason:
    met = count == total
    return Reason(
        code=code,
        text=f"{words} {count} 人，共 {total} 人",
        met=met,
        rule="全部考生",
        remedy="" if met else remedy,
    )


def _within(code: str, words: str, value: float, limit: float, unit: str) -> Reason:
    met = value <= limit
    return Reason(
        code=code,
        text=f"{words} {value:.1f} {unit}",
        met=met,
        rule=f"不超过 {limit:g} {unit}",
        remedy="" if met else "请减轻这台机器的其他负担，或换更快的机器后再演练",
    )


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"
