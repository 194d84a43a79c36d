"""Draws the charts and tables of the shipped questions into the bank's data; prints what their files list of them.

    python scripts/draw_question_media.py

The same figures give the same pixels; after a change of figures the question's file needs the new hash and size.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from zhiheng.bank.core.media.preparing import prepared
from zhiheng.bank.core.media.shipped import FOLDER
from zhiheng.plumbing.typefaces import font_folder

WIDTH, HEIGHT = 1000, 560
LEFT, RIGHT, TOP, BOTTOM = 90, 40, 90, 80
INK, SOFT, LINE = "#1d1b18", "#57514a", "#d8d2c7"
COLOURS = ("#2f6f8f", "#b0532a")
Point = tuple[float, float]


def face(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_folder() / "NotoSansSC-Regular.otf"), size)


class Sheet:
    """A white page with a title."""

    def __init__(self, title: str, *, height: int = HEIGHT) -> None:
        self.height = height
        self.image = Image.new("RGB", (WIDTH, height), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.words((WIDTH / 2, 40), title, size=26, anchor="mm")

    def words(
        self, at: Point, text: str, *, size: int = 20, fill: str = INK, anchor: str = "mm", halo: int = 0
    ) -> None:
        self.draw.text(
            at, text, font=face(size), fill=fill, anchor=anchor, stroke_width=halo, stroke_fill="white"
        )

    def save(self, name: str) -> None:
        path = Path(FOLDER) / f"{name}.png"
        self.image.save(path)
        content = prepared(path.read_bytes(), name=name).content
        path.write_bytes(content)
        print(f"{name}: sha256: {hashlib.sha256(content).hexdigest()} bytes: {len(content)}")  # noqa: T201 - its result


class Plot(Sheet):
    """Axes from zero to `most`, with a line at every `step`."""

    def __init__(self, title: str, *, most: float, step: float, unit: str) -> None:
        super().__init__(title)
        self.most = most
        for count in range(int(most / step) + 1):
            y = self.y(count * step)
            self.draw.line((LEFT, y, WIDTH - RIGHT, y), fill=LINE, width=1)
            self.words((LEFT - 12, y), f"{count * step:g}", size=18, fill=SOFT, anchor="rm")
        self.words((LEFT - 60, TOP - 36), unit, size=18, fill=SOFT, anchor="lm")

    def y(self, value: float) -> float:
        return self.height - BOTTOM - (self.height - BOTTOM - TOP) * value / self.most

    def x(self, place: float, count: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / count

    def labels(self, names: Sequence[str]) -> None:
        for place, name in enumerate(names):
            self.words((self.x(place, len(names)), self.height - BOTTOM + 26), name, size=18)


def line_chart(name: str, title: str, rows: dict[str, int], *, most: float, step: float, unit: str) -> None:
    sheet = Plot(title, most=most, step=step, unit=unit)
    points = [(sheet.x(place, len(rows)), sheet.y(value)) for place, value in enumerate(rows.values())]
    sheet.draw.line(points, fill=COLOURS[0], width=4, joint="curve")
    for (x, y), value in zip(points, rows.values(), strict=True):
        sheet.draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=COLOURS[0])
        sheet.words((x, y - 20), str(value), size=18, halo=3)
    sheet.labels(list(rows))
    sheet.save(name)


def bar_chart(
    name: str,
    title: str,
    rows: dict[str, tuple[int, ...]],
    *,
    series: Sequence[str] = (),
    most: float,
    step: float,
    unit: str,
) -> None:
    sheet = Plot(title, most=most, step=step, unit=unit)
    for place, values in enumerate(rows.values()):
        wide = 0.6 / len(values)
        for number, value in enumerate(values):
            left = sheet.x(place - 0.3 + number * wide, len(rows))
            right = sheet.x(place - 0.3 + (number + 1) * wide, len(rows)) - 4
            sheet.draw.rectangle((left, sheet.y(value), right, sheet.y(0)), fill=COLOURS[number])
            sheet.words(((left + right) / 2, sheet.y(value) - 14), str(value), size=18)
    for number, words in enumerate(series):
        x = WIDTH - RIGHT - 220 + number * 120
        sheet.draw.rectangle((x, 68, x + 20, 88), fill=COLOURS[number])
        sheet.words((x + 30, 78), words, size=18, anchor="lm")
    sheet.labels(list(rows))
    sheet.save(name)


def funnel(name: str, title: str, rows: dict[str, int]) -> None:
    sheet = Sheet(title, height=110 + 90 * len(rows))
    widest = max(rows.values())
    for place, (words, value) in enumerate(rows.items()):
        y, half = 90 + 90 * place, 60 + 240 * (value / widest) ** 0.35
        sheet.draw.rectangle((560 - half, y, 560 + half, y + 66), fill=COLOURS[0])
        sheet.words((560, y + 33), f"{value:,}", size=24, fill="white")
        sheet.words((210, y + 33), words, size=22, anchor="rm")
    sheet.save(name)


def table(name: str, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    sheet = Sheet(title, height=150 + 62 * len(rows))
    wide = (WIDTH - 80) / len(head)
    for number, cells in enumerate((head, *rows)):
        y = 85 + 62 * number
        if number == 0:
            sheet.draw.rectangle((40, y, WIDTH - 40, y + 62), fill="#efeae1")
        sheet.draw.line((40, y + 62, WIDTH - 40, y + 62), fill=LINE, width=2)
        for place, cell in enumerate(cells):
            sheet.words((40 + wide * (place + 0.5), y + 31), cell, size=22)
    sheet.save(name)


def tree(name: str, title: str, boxes: dict[str, Point], arrows: Sequence[tuple[str, str, str]]) -> None:
    """boxes: words -> centre; arrows: from, to, words beside it."""
    sheet = Sheet(title)
    for start, end, words in arrows:
        (x1, y1), (x2, y2) = boxes[start], boxes[end]
        sheet.draw.line((x1 + 90, y1, x2 - 90, y2), fill=SOFT, width=3)
        sheet.draw.polygon([(x2 - 90, y2), (x2 - 106, y2 - 8), (x2 - 106, y2 + 8)], fill=SOFT)
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        sheet.draw.rectangle((x - 38, y - 15, x + 38, y + 15), fill="white")
        sheet.words((x, y), words, size=20)
    for words, (x, y) in boxes.items():
        sheet.draw.rounded_rectangle(
            (x - 90, y - 32, x + 90, y + 32), radius=8, fill="white", outline=COLOURS[0], width=3
        )
        sheet.words((x, y), words, size=22)
    sheet.save(name)


def main() -> None:
    Path(FOLDER).mkdir(exist_ok=True)
    line_chart(
        "live-room-viewers",
        "某场直播每 10 分钟记录的在线人数",
        dict(
            zip(
                (
                    "19:00",
                    "19:10",
                    "19:20",
                    "19:30",
                    "19:40",
                    "19:50",
                    "20:00",
                    "20:10",
                    "20:20",
                    "20:30",
                    "20:40",
                ),
                (120, 260, 410, 560, 830, 790, 940, 1180, 1020, 870, 640),
                strict=True,
            )
        ),
        most=1200,
        step=200,
        unit="人",
    )
    table(
        "three-days",
        "某店三天的经营数据",
        ("日期", "访客数", "下单人数", "支付人数", "支付金额（元）"),
        (
            ("第 1 天", "1200", "60", "48", "4320"),
            ("第 2 天", "1500", "90", "72", "6840"),
            ("第 3 天", "1000", "50", "45", "3600"),
        ),
    )
    bar_chart(
        "week-sales",
        "四款商品一周的销量",
        {"水杯": (120,), "雨伞": (90,), "台灯": (240,), "背包": (150,)},
        most=300,
        step=50,
        unit="件",
    )
    bar_chart(
        "refund-reasons",
        "上周与本周的退款原因（件）",
        {"尺码不符": (18, 20), "质量问题": (12, 11), "物流太慢": (9, 47), "不想要了": (21, 24)},
        series=("上周", "本周"),
        most=60,
        step=10,
        unit="件",
    )
    table(
        "stock-board",
        "直播中控台 20:30 的实时数据",
        ("商品", "剩余库存（件）", "近 10 分钟售出（件）", "本场累计（件）"),
        (("保温杯", "60", "30", "340"), ("雨伞", "400", "20", "150"), ("台灯", "90", "15", "210")),
    )
    funnel(
        "promotion-funnel",
        "一条推广短视频三天的数据",
        {"曝光次数": 200_000, "播放次数": 50_000, "完播次数": 15_000, "商品点击次数": 3_000, "支付笔数": 240},
    )
    table(
        "two-months",
        "同一商品 4 月与 5 月的数据（价格、页面未变）",
        ("月份", "访客数", "加购人数", "下单人数", "支付人数"),
        (("4 月", "10000", "1200", "600", "540"), ("5 月", "16000", "1280", "640", "576")),
    )
    table(
        "three-campaigns",
        "三个投放计划的数据",
        ("计划", "消耗（元）", "曝光次数", "点击次数", "成交金额（元）"),
        (
            ("甲", "2000", "100000", "2000", "6000"),
            ("乙", "3000", "120000", "3600", "12000"),
            ("丙", "1000", "80000", "800", "3500"),
        ),
    )
    tree(
        "spreading-path",
        "一条视频的传播路径（箭头上是带来的转发次数）",
        {
            "首发账号": (140.0, 300.0),
            "达人甲": (500.0, 150.0),
            "社群": (500.0, 300.0),
            "达人乙": (500.0, 450.0),
            "媒体号": (860.0, 100.0),
            "普通用户": (860.0, 220.0),
        },
        (
            ("首发账号", "达人甲", "1200"),
            ("首发账号", "社群", "450"),
            ("首发账号", "达人乙", "300"),
            ("达人甲", "媒体号", "2600"),
            ("达人甲", "普通用户", "500"),
        ),
    )


if __name__ == "__main__":
    main()
