"""People that look real: names from many scripts, with the Latin letters their addresses have."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: the name in one (as Whop has it) and in two (as Affihub has it), and an address."""

    name: str
    first: str
    last: str
    email: str
    username: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Names of one script: native|latin, given names and family names.

    ``joint`` stands between the two; ``family_first`` tells their order in the full name.
    ``weight`` is how common the origin is among the people of a world.
    """

    given: str
    family: str
    weight: int
    joint: str = " "
    family_first: bool = False


ORIGINS: Final = (
    Origin(
        "Amelia Noah Grace Oliver Chloe Samuel Ruth Theo Hannah Marcus Isla Dylan",
        "Carter Brooks Whitfield Okafor Hughes Lindqvist|lindqvist Novak Marsh Bennett Ellis",
        8,
    ),
    Origin(
        "José|jose María|maria Zoë|zoe Søren|soren Élodie|elodie Jürgen|juergen Łukasz|lukasz"
        " Ağça|agca Þóra|thora Núria|nuria Bjørn|bjorn Inês|ines",
        "García|garcia Müller|mueller Ångström|angstrom Dvořák|dvorak Çelik|celik Nuñez|nunez"
        " Lefèvre|lefevre Brânză|branza Kowalczyk Sjöberg|sjoberg",
        8,
    ),
    Origin(
        "Олена|olena Дмитро|dmytro Светлана|svetlana Иван|ivan Наталія|nataliia Борис|boris",
        "Шевченко|shevchenko Кузнецова|kuznetsova Бондар|bondar Петров|petrov Ткачук|tkachuk",
        3,
    ),
    Origin(
        "ليلى|layla عمر|omar فاطمة|fatima يوسف|yousef نور|nour خالد|khaled",
        "حداد|haddad الخطيب|alkhatib منصور|mansour النجار|alnajjar شريف|sharif",
        2,
    ),
    Origin(
        "נועה|noa יוסי|yossi תמר|tamar אורי|ori שירה|shira",
        "כהן|cohen לוי|levi מזרחי|mizrahi פרץ|peretz",
        1,
    ),
    Origin(
        "伟|wei 秀英|xiuying 敏|min 静怡|jingyi 浩然|haoran 子涵|zihan",
        "陈|chen 王|wang 李|li 欧阳|ouyang 张|zhang 刘|liu",
        3,
        joint="",
        family_first=True,
    ),
    Origin(
        "さくら|sakura 健太|kenta 美咲|misaki 大輔|daisuke ゆい|yui 翔|sho",
        "佐藤|sato 鈴木|suzuki 高橋|takahashi 渡辺|watanabe 山本|yamamoto",
        2,
        family_first=True,
    ),
    Origin(
        "민준|minjun 서연|seoyeon 지우|jiwoo 하은|haeun 도윤|doyun",
        "김|kim 이|lee 박|park 최|choi 정|jung",
        2,
        joint="",
        family_first=True,
    ),
    Origin(
        "आरव|aarav प्रिया|priya रोहन|rohan अनन्या|ananya विक्रम|vikram",
        "शर्मा|sharma पटेल|patel गुप्ता|gupta अय्यर|iyer सिंह|singh",
        2,
    ),
    Origin(
        "สมชาย|somchai มาลี|malee ธนพล|thanapon อรุณี|arunee",
        "ใจดี|jaidee ศรีสุข|srisuk วงศ์ทอง|wongthong แสงจันทร์|saengchan",
        1,
    ),
    Origin(
        "Ελένη|eleni Γιώργος|giorgos Δάφνη|dafni Νίκος|nikos",
        "Παπαδόπουλος|papadopoulos Αντωνίου|antoniou Μακρή|makri Βλάχος|vlachos",
        1,
    ),
    Origin(
        "Thị Hương|huong Quốc Bảo|quocbao Đức|duc Minh Châu|minhchau Ngọc Ánh|ngocanh",
        "Nguyễn|nguyen Trần|tran Phạm|pham Đặng|dang Võ|vo",
        2,
        family_first=True,
    ),
)
DOMAINS: Final = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "studio.example.org",
)


def strangers(chance: random.Random) -> Iterator[Person]:
    """One person after the other, no two with the same address or username."""
    casts = [(_names(origin.given), _names(origin.family), origin) for origin in ORIGINS]
    weights = [origin.weight for origin in ORIGINS]
    used: dict[str, int] = {}
    while True:
        given, family, origin = chance.choices(casts, weights)[0]
        yield _person(chance, chance.choice(given), chance.choice(family), origin, used)


def _names(listed: str) -> list[tuple[str, str]]:
    """``native|latin`` names; a native one may have blanks, a Latin one is its own when missing."""
    names: list[tuple[str, str]] = []
    pending: list[str] = []
    for word in listed.split():
        native, bar, latin = word.partition("|")
        pending.append(native)
        if bar or native.isascii():
            names.append((" ".join(pending), latin or native.lower()))
            pending = []
    return names


def _person(
    chance: random.Random,
    given: tuple[str, str],
    family: tuple[str, str],
    origin: Origin,
    used: dict[str, int],
) -> Person:
    parts = (family[0], given[0]) if origin.family_first else (given[0], family[0])
    stem = chance.choice(_STEMS).format(given=given[1], family=family[1], initial=given[1][0])
    used[stem] = used.get(stem, 0) + 1
    if used[stem] > 1:
        stem += str(used[stem])
    email = f"{stem}@{chance.choice(DOMAINS)}"
    return Person(origin.joint.join(parts), given[0], family[0], email, stem.replace(".", ""))


_STEMS: Sequence[str] = ("{given}.{family}", "{given}.{family}", "{initial}.{family}", "{given}")
