"""The `zhiheng` command. Each group is a module with a Typer `app`, loaded only when it is asked for."""

import importlib
import os
import sys

from typer.exceptions import TyperException

from zhiheng.cli.misuse import sentence_of
from zhiheng.cli.output import EXIT_UNUSABLE, EXIT_YES, say
from zhiheng.foundation.errors import Refused

GROUPS = {
    "rules": "规则集：list",
    "standard": "国家职业技能标准：show、export",
    "eligibility": "报考条件核对：check FILE",
    "calendar": "工作日历：add DATE N",
    "sittings": "考期与各项截止日：plan",
    "ratios": "监考与考评人员配比",
    "bank": "题库：import FILE、export、duplicates",
    "paper": "组卷：assemble",
    "statements": "对账单：show",
    "enrol": "批量报名：import SHEET",
    "bench": "性能测量：enrolment、preparation、assembly、hall、bank-import、duplicates、measurement",
    "stats": "测量：items、agreement、equate、consistency、dif、calibrate",
    "rehearse": "全流程演练",
    "verify": "验证证书：FILE 或 NUMBER",
    "receipt": "交卷回执：verify FILE",
    "serve": "启动网站、后台任务与考场服务",
    "hall": "只启动考场服务；rehearse：演练一场考试",
    "db": "数据库：init",
    "keys": "数据密钥：rotate",
    "retention": "个人数据的保存期限：rules、run",
}


def main(argv: list[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 yes, 1 no, 2 unusable input."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in {"-h", "--help"}:
        say(_overview())
        sys.exit(EXIT_YES if words else EXIT_UNUSABLE)
    if words[0] not in GROUPS:
        say(f"没有“{words[0]}”这个命令。{_overview()}")
        sys.exit(EXIT_UNUSABLE)
    # Matrices here are narrow: threads spend four times as much on waiting for one another. Read when first loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    module = importlib.import_module(f"zhiheng.cli.{words[0]}")
    try:
        # Not standalone: the parser's own messages are English and would otherwise be printed by it.
        sys.exit(module.app(words[1:], prog_name=f"zhiheng {words[0]}", standalone_mode=False))
    except Refused as refused:
        say(refused.sentence)
        sys.exit(EXIT_UNUSABLE)
    except TyperException as misuse:
        say(sentence_of(misuse, command=words[0]))
        sys.exit(EXIT_UNUSABLE)


def _overview() -> str:
    width = max(map(len, GROUPS))
    lines = [f"  zhiheng {name.ljust(width)}  {words}" for name, words in GROUPS.items()]
    return "\n".join(["职衡：职业技能评价平台。每个命令都可在最后加 --json。", *lines])
