"""Invented people: a roster of any length, the same every time, and nobody's."""

import csv
import random
from pathlib import Path

# Characters of names, each with the first letter of its sound.
SURNAMES = "王w李l张z刘l陈c杨y赵z黄h周z吴w徐x孙s胡h朱z高g林l何h郭g马m罗l梁l宋s郑z谢x韩h唐t冯f于y董d萧x"
GIVEN = (
    "伟w芳f秀x英y娜n敏m静j丽l强q磊l军j洋y勇y艳y杰j娟j涛t明m超c兰l霞x平p刚g桂g建j国g志z文w华h玉y"
    "春c海h红h梅m金j小x晓x光g新x永y德d成c宝b东d云y龙l凤f琴q珍z荣r福f生s忠z义y庆q树s林l青q松s山s"
)
LETTERS = dict(zip((SURNAMES + GIVEN)[::2], (SURNAMES + GIVEN)[1::2]))
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


def name(chance: random.Random) -> str:
    """A surname and, mostly, two more characters."""
    given = [chance.choice(GIVEN[::2]) for _ in range(chance.choice((1, 2, 2, 2)))]
    return chance.choice(SURNAMES[::2]) + "".join(given)


def initials(holder: str) -> str:
    """What an officer types for a name."""
    return "".join(LETTERS[character] for character in holder)


def households(parcel_codes: list[str], rows: int):
    """The rows of a roster, spread evenly over the parcels and in their order; the same every time."""
    chance = random.Random(f"2018 {parcel_codes[0]}")
    for at in range(rows):
        parcel = parcel_codes[at * len(parcel_codes) // rows]
        area = chance.randint(60_00, 285_00)
        yield {
            "parcel": parcel,
            "number": f"{parcel}-{at:06}",
            "holder": name(chance),
            "address": f"{parcel} 片区 {at % 400 + 1} 号",
            "phone": f"1{chance.randint(3_000_000_000, 9_999_999_999)}",
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
