"""Yuan in capital numerals (人民币大写), as contracts and vouchers write them. Pure."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def _group(value: int) -> str:
    """A number below ten thousand, without its zeros at the end."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return text


def in_words(amount: Decimal) -> str:
    """An amount of yuan with two places, from 0.00 up to below 10^16, in capital numerals.

    整 ends what has no cents; a zero stands where places between two digits are empty. Raises ValueError.
    """
    if not 0 <= amount < 10**16 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("yuan with two places, not negative")
    whole, cents = divmod(int(amount * 100), 100)
    text = ""
    for n in (3, 2, 1, 0):
        value = whole // 10 ** (4 * n) % 10_000
        if value:
            text += (
                ("零" if text and (value < 1000 or _ended_short(whole, n)) else "")
                + _group(value)
                + GROUPS[n]
            )
    said = f"{text}元" if text else ""
    jiao, fen = divmod(cents, 10)
    if not cents:
        return f"{said or '零元'}整"
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif said:
        said += "零"
    return said + (f"{DIGITS[fen]}分" if fen else "整")


def _ended_short(whole: int, n: int) -> bool:
    """Whether the group above this one is empty, so that a zero marks the gap."""
    return whole // 10 ** (4 * (n + 1)) % 10_000 == 0
