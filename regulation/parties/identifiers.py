"""Identifiers, as pure functions. No ORM."""

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CREDIT_CODE_LENGTH = 18


def credit_code_check_character(body: str) -> str:
    """The 18th character for the first 17 of a Unified Social Credit Code (GB 32100-2015, MOD 31).

    Raises ValueError for a body that is not 17 characters of the standard's alphabet.
    """
    if len(body) != CREDIT_CODE_LENGTH - 1:
        raise ValueError("a credit code has 17 characters before its check character")
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Whether `code` is a well-formed Unified Social Credit Code (GB 32100-2015)."""
    try:
        return len(code) == CREDIT_CODE_LENGTH and credit_code_check_character(code[:-1]) == code[-1]
    except ValueError:
        return False


def normal_credit_code(text: str) -> str:
    """`text` as a person may type it (spaces, hyphens, lower case, full width) in the standard's form."""
    folded = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
    return "".join(c for c in folded if not c.isspace() and c not in "-‐‑–—").upper()


def identity_digest(number: str, *, key: bytes) -> bytes:
    """The keyed HMAC-SHA-256 of an identity number; the number itself is never stored (DESIGN §3.5)."""
    return hmac.new(key, normal_credit_code(number).encode(), hashlib.sha256).digest()


def account_digest(number: str, *, key: bytes) -> bytes:
    """The keyed HMAC-SHA-256 of the number of a payment account, apart from those of identity numbers."""
    digits = "".join(c for c in normal_credit_code(number) if c.isalnum())
    return hmac.new(key, b"account:" + digits.encode(), hashlib.sha256).digest()


_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_identity_number(text: str) -> bool:
    """Whether this is a resident identity number: 18 characters whose last one fits (GB 11643-1999)."""
    number = normal_credit_code(text)
    body = number[:-1]
    if len(number) != CREDIT_CODE_LENGTH or not (body.isascii() and body.isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(body, _IDENTITY_WEIGHTS, strict=True))
    return number[-1] == "10X98765432"[total % 11]
