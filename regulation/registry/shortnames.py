"""What people call assessments and approvals in short, and what records call them in full. Pure: no ORM."""

from .text import pinyin

# Each in full as far as the names on record agree: 环境影响评价文件审批, 环境影响报告书编制.
SHORT_NAMES = {
    "环评": "环境影响",
    "能评": "节能",
    "安评": "安全评价",
    "震评": "地震安全性",
    "地震安评": "地震安全性",
    "稳评": "社会稳定风险",
    "社稳": "社会稳定风险",
    "水保": "水土保持",
    "地灾": "地质灾害",
    "压矿": "压覆",
    "洪评": "洪水影响",
    "水评": "水资源论证",
    "图审": "施工图",
    "职评": "职业病危害",
    "交评": "交通影响",
    "雷评": "雷电",
    "可研": "可行性研究",
    "规证": "规划许可证",
    "施工证": "施工许可证",
    "竣验": "竣工验收",
    "人防": "人民防空",
}
_LONGEST_FIRST = sorted(SHORT_NAMES, key=len, reverse=True)
_BY_SOUND = {pinyin(short): full for short, full in SHORT_NAMES.items()}


def in_full(query: str) -> str:
    """`query` with its short name in full, or what a short name of its sound means; empty without one.

    环评报告 gives 环境影响报告; huanping and 环平 give 环境影响.
    """
    for short in _LONGEST_FIRST:
        full = SHORT_NAMES[short]
        if short in query and full not in query:
            return query.replace(short, full)
    sound = pinyin(query) if not query.isascii() else "".join(query.lower().split())
    return _BY_SOUND.get(sound, "")
