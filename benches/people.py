"""Invented people: a roster of any length, the same every time, and nobody's."""

import csv
import random
from pathlib import Path

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "伟 芳 秀英 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 建国 志强".split()
REGION = "370199"  # assigned to no district: no living person has such a number
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ROSTER_HEADINGS = (
    "地块编号 户编号 户主姓名 房屋坐落 联系电话 证件号码 产权证号 证载面积 实测面积 认定面积"
).split()
AGREEMENT_HEADINGS = "地块编号 户编号 协议编号 签约面积 补偿金额 签约日期".split()
YUAN_PER_M2 = 9_800  # invented


def citizen_number(chance: random.Random) -> str:
    """Eighteen characters with a true check character (GB 11643)."""
    born = chance.randint(1940, 1990), chance.randint(1, 12), chance.randint(1, 28)
    digits = f"{REGION}{born[0]}{born[1]:02}{born[2]:02}{chance.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS))
    return digits + "10X98765432"[total % 11]


def households(parcel_codes: list[str], rows: int):
    """The rows of a roster, spread evenly over the parcels and in their order."""
    chance = random.Random(2018)
    for at in range(rows):
        parcel = parcel_codes[at * len(parcel_codes) // rows]
        area = chance.randint(60_00, 285_00)
        yield {
            "parcel": parcel,
            "number": f"{parcel}-{at:06}",
            "holder": chance.choice(SURNAMES) + chance.choice(GIVEN),
            "address": f"{parcel} 片区 {at % 400 + 1} 号",
            "phone": f"0531-0{at:07}",
            "citizen_number": citizen_number(chance),
            "certificate": f"测试房权证第{at:06}号",
            "area": area,
            "signed_on": f"2018-{3 + at % 7:02}-{1 + chance.randint(0, 27):02}",
        }


def hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02}"


def write_roster(file: Path, people) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(ROSTER_HEADINGS)
        for h in people:
            areas = (h["area"] - 150, h["area"] + 80, h["area"])
            row = [h["parcel"], h["number"], h["holder"], h["address"], h["phone"]]
            row += [h["citizen_number"], h["certificate"], *map(hundredths, areas)]
            writer.writerow(row)


def write_agreements(file: Path, people) -> None:
    """Three of four sign."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(AGREEMENT_HEADINGS)
        for at, h in enumerate(people):
            if at % 4 == 3:
                continue
            amount = hundredths(h["area"] * YUAN_PER_M2)
            number = f"{h['number']}-XY2018"
            writer.writerow(
                [h["parcel"], h["number"], number, hundredths(h["area"]), amount, h["signed_on"]]
            )
