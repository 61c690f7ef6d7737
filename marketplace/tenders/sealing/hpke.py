"""HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message. Pure.

Written out because the ephemeral key has to be given: whoever opens a bid makes each box once more and sees
that it is the one that was sent. What it makes, the HPKE of `cryptography` opens; tests hold it to that.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE = 32
TAG_SIZE = 16
_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(parts), hashlib.sha256)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac_sha256(salt or bytes(32), b"HPKE-v1", suite, label, material)


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """At most 32 bytes: one block of HKDF-Expand."""
    said = length.to_bytes(2, "big")
    return hmac_sha256(secret, said, b"HPKE-v1", suite, label, info, b"\x01")[:length]


_NO_PSK = _extract(_SUITE, b"", b"psk_id_hash", b"")


def _aead(exchanged: bytes, *, enc: bytes, recipient: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    """Cipher and nonce of the one message."""
    secret = _extract(_KEM, b"", b"eae_prk", exchanged)
    shared = _expand(_KEM, secret, b"shared_secret", enc + recipient, 32)
    context = b"\x00" + _NO_PSK + _extract(_SUITE, b"", b"info_hash", info)
    scheduled = _extract(_SUITE, shared, b"secret", b"")
    key = _expand(_SUITE, scheduled, b"key", context, 32)
    return AESGCM(key), _expand(_SUITE, scheduled, b"base_nonce", context, 12)


def seal(message: bytes, *, to: bytes, info: bytes, ephemeral: bytes) -> tuple[bytes, bytes]:
    """(enc, box) of a message to a public key. `ephemeral` is a fresh private key, used for nothing else.

    Raises ValueError for a public key with which nothing can be agreed.
    """
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = private.public_key().public_bytes_raw()
    exchanged = private.exchange(X25519PublicKey.from_public_bytes(to))
    cipher, nonce = _aead(exchanged, enc=enc, recipient=to, info=info)
    return enc, cipher.encrypt(nonce, message, b"")


def unseal(enc: bytes, box: bytes, *, private_key: bytes, info: bytes) -> bytes | None:
    """The message; None where it does not open with this key and `info`."""
    private = X25519PrivateKey.from_private_bytes(private_key)
    try:
        exchanged = private.exchange(X25519PublicKey.from_public_bytes(enc))
        recipient = private.public_key().public_bytes_raw()
        cipher, nonce = _aead(exchanged, enc=enc, recipient=recipient, info=info)
        return cipher.decrypt(nonce, box, b"")
    except (InvalidTag, ValueError):
        return None
