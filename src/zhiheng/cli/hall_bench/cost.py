"""What one durable save costs, beside others that do the same or nothing, in one interleaved run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from zhiheng.cli.hall_bench.django_view import SAVE
from zhiheng.cli.hall_bench.exam import answer_request, plain_request
from zhiheng.cli.hall_bench.figures import processor_seconds
from zhiheng.cli.hall_bench.generator import Generator, Load, Opening
from zhiheng.cli.hall_bench.goals import Row, Sample, Say, at_least, at_most, middle, ratio
from zhiheng.cli.hall_bench.servers import (
    HallKind,
    Server,
    hall_with_candidates,
    start_django,
    start_nginx,
    start_postgres,
)
from zhiheng.cli.hall_bench.shim import slow_disk
from zhiheng.cli.hall_bench.wrk import Wrk, under_wrk
from zhiheng.cli.spawning import Company

CONNECTIONS = 200
DJANGO_CONNECTIONS = 64
SLOW_CONNECTIONS = 2000
SLOW_MS = 5
HELLO = "/healthz"
_OPEN_ONLY = ("asked", "lag99")
_NO_NGINX = "没有安装 nginx"
_NO_POSTGRES = "没有安装 PostgreSQL 的服务程序"


@dataclass(slots=True, kw_only=True)
class Rival:
    """One of those measured. requests: see Opening."""

    name: str
    server: Server
    requests: list[bytes]
    connections: int = CONNECTIONS
    check_seq: bool = False
    samples: list[Sample] = field(default_factory=list)


def measured(
    generator: Generator, rival: Rival, *, seconds: float, rate: float = 0.0, seed: int = 1
) -> Sample:
    """One cell: all connections opened and used once, then the loop; processor time of the loop alone."""
    wish = Opening(
        port=rival.server.port,
        requests=rival.requests,
        connections=rival.connections,
        check_seq=rival.check_seq,
    )
    opened = generator.open(wish)
    return cell(generator, rival.server, seconds=seconds, rate=rate, seed=seed, errors=opened.errors)


def cell(
    generator: Generator, server: Server, *, seconds: float, rate: float = 0.0, seed: int = 1, errors: int = 0
) -> Sample:
    """A loop over the connections that are open."""
    before = processor_seconds(server.roots)
    load = generator.run(seconds, rate=rate, seed=seed)
    spent = processor_seconds(server.roots) - before
    return _sample(load, spent, rate=rate, errors=errors)


def _sample(load: Load, spent: float, *, rate: float, errors: int) -> Sample:
    return Sample(
        rate=load.rate,
        cpu_us=spent / max(load.answered, 1) * 1e6,
        p50=load.p50,
        p99=load.p99,
        p999=load.p999,
        errors=load.errors + errors,
        asked=rate,
        lag99=load.lag99,
    )


def interleave(
    generator: Generator, rivals: Sequence[Rival], *, rounds: int, seconds: float, say: Say
) -> dict[str, list[Sample]]:
    """Every rival once a round, each round beginning with the next of them."""
    for number in range(rounds):
        turn = number % len(rivals)
        for rival in (*rivals[turn:], *rivals[:turn]):
            sample = measured(generator, rival, seconds=seconds)
            rival.samples.append(sample)
            say(f"第 {number + 1}/{rounds} 轮　{rival.name}：{sample.words}")
    return {rival.name: rival.samples for rival in rivals}


def cost_rows(company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say) -> list[Row]:
    rivals = _rivals(company, say)
    found = interleave(generator, rivals, rounds=rounds, seconds=seconds, say=say)
    rows = _ratios(found)
    theirs = under_wrk(
        company, rivals[0].server, rivals[0].requests, connections=CONNECTIONS, seconds=seconds
    )
    rows.append(_wrk_row(theirs, measured(generator, rivals[0], seconds=seconds)))
    rows += [
        Row(id="", what=f"{name}，{rival.connections} 个连接", figures=_figures(found[name]))
        for name, rival in zip(found, rivals, strict=True)
    ]
    for rival in rivals:
        for child in rival.server.children:
            company.end(child)
    return rows


def _wrk_row(theirs: Wrk | str, ours: Sample) -> Row:
    what = "旁证：wrk 与自带发生器的速率之比"
    if isinstance(theirs, str):
        return Row(id="", what=what, why=theirs)
    figures = {
        "wrk": round(theirs.rate),
        "ours": round(ours.rate),
        "wrk_cpu_us": round(theirs.cpu_us, 1),
        "ours_cpu_us": round(ours.cpu_us, 1),
        "wrk_refused": theirs.refused,
    }
    return Row(id="", what=what, value=round(theirs.rate / max(ours.rate, 1), 2), figures=figures)


def _figures(samples: Sequence[Sample]) -> dict[str, object]:
    facts = {
        name: round(value, 2) for name, value in asdict(middle(samples)).items() if name not in _OPEN_ONLY
    }
    costs = [one.cpu_us for one in samples]
    return facts | {"cpu_us_least": round(min(costs), 2), "cpu_us_most": round(max(costs), 2)}


def _rivals(company: Company, say: Say) -> list[Rival]:
    say("正在启动各个服务 …")
    sqlite = hall_with_candidates(company, HallKind(), candidates=CONNECTIONS)
    null = hall_with_candidates(company, HallKind(store="null"), candidates=CONNECTIONS)
    saves = [answer_request(token) for token in sqlite.tokens]
    rivals = [
        Rival(name="sqlite", server=sqlite, requests=saves, check_seq=True),
        Rival(name="hello", server=sqlite, requests=[plain_request(HELLO)]),
        Rival(
            name="null",
            server=null,
            requests=[answer_request(token) for token in null.tokens],
            check_seq=True,
        ),
    ]
    cluster = start_postgres(company)
    if cluster is not None:
        kind = HallKind(store="postgres", address=cluster.address, also=[cluster.child.pid])
        postgres = hall_with_candidates(company, kind, candidates=CONNECTIONS)
        postgres.children.append(cluster.child)
        requests = [answer_request(token) for token in postgres.tokens]
        rivals.append(Rival(name="postgres", server=postgres, requests=requests, check_seq=True))
    for style in ("orm", "bare"):
        django = start_django(company, sqlite.data, style=style)
        requests = [answer_request(token, path=SAVE) for token in sqlite.tokens]
        rivals.append(
            Rival(
                name=django.name,
                server=django,
                requests=requests,
                connections=DJANGO_CONNECTIONS,
                check_seq=True,
            )
        )
    nginx = start_nginx(company)
    if nginx is not None:
        rivals.append(Rival(name="nginx", server=nginx, requests=[plain_request("/")]))
    return rivals


def _ratios(found: dict[str, list[Sample]]) -> list[Row]:
    def cpu(one: str, other: str) -> float | None:
        return (
            ratio([s.cpu_us for s in found.get(one, [])], [s.cpu_us for s in found.get(other, [])])
            if both(one, other)
            else None
        )

    def rate(one: str, other: str) -> float | None:
        return ratio([s.rate for s in found[one]], [s.rate for s in found[other]])

    def both(one: str, other: str) -> bool:
        return one in found and other in found

    return [
        at_least(
            "H1", "每次保存的处理器时间：Django（模型 UPSERT）÷ 考场服务", cpu("django-orm", "sqlite"), 40
        ),
        at_most(
            "H2", "每次保存的处理器时间：考场服务 ÷ nginx hello", cpu("sqlite", "nginx"), 3.5, why=_NO_NGINX
        ),
        at_most("H3", "每次保存的处理器时间：考场服务 ÷ 不写入的同一路径", cpu("sqlite", "null"), 1.5),
        at_most(
            "H4", "每次保存的处理器时间：PostgreSQL ÷ SQLite", cpu("postgres", "sqlite"), 2, why=_NO_POSTGRES
        ),
        at_least("H5", "最高速率：考场服务 ÷ Django（模型 UPSERT）", rate("sqlite", "django-orm"), 35),
        Row(id="", what="处理器时间：考场服务 ÷ 同一服务的 hello", value=cpu("sqlite", "hello")),
        Row(
            id="", what="处理器时间：Django（裸 SQL，无中间件）÷ 考场服务", value=cpu("django-bare", "sqlite")
        ),
        Row(
            id="", what="最高速率：考场服务 ÷ Django（裸 SQL，无中间件）", value=rate("sqlite", "django-bare")
        ),
    ]


def slow_rows(company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say) -> list[Row]:
    """The same with milliseconds added to every fsync, for the hall and for Django."""
    what = f"每次 fsync 加 {SLOW_MS} 毫秒时的最高速率：考场服务 ÷ Django（模型 UPSERT）"
    slow = slow_disk(company.folder, milliseconds=SLOW_MS)
    if slow is None:
        return [at_least("H6", what, None, 100, why="没有 C 编译器，也没有 strace")]
    environment, wrapper = slow
    kind = HallKind(environment=environment, wrapper=wrapper)
    hall = hall_with_candidates(company, kind, candidates=SLOW_CONNECTIONS)
    django = start_django(company, hall.data, environment=environment, wrapper=wrapper)
    saves = [answer_request(token) for token in hall.tokens]
    rivals = [
        Rival(name="slow-sqlite", server=hall, requests=saves, connections=SLOW_CONNECTIONS, check_seq=True),
        Rival(name="slow-sqlite-200", server=hall, requests=saves[:CONNECTIONS], check_seq=True),
        Rival(
            name="slow-django-orm",
            server=django,
            requests=[answer_request(token, path=SAVE) for token in hall.tokens[:DJANGO_CONNECTIONS]],
            connections=DJANGO_CONNECTIONS,
            check_seq=True,
        ),
    ]
    found = interleave(generator, rivals, rounds=rounds, seconds=seconds, say=say)
    for server in (hall, django):
        company.end(server.children[0])
    rates = {name: [one.rate for one in samples] for name, samples in found.items()}
    return [
        at_least("H6", what, ratio(rates["slow-sqlite"], rates["slow-django-orm"]), 100),
        *(
            Row(id="", what=f"{rival.name}，{rival.connections} 个连接", figures=_figures(rival.samples))
            for rival in rivals
        ),
    ]
