"""A partner's contact is kept under seal: Fernet of `cryptography`, with a key made for each partner from the service's
key `contacts` (HKDF, RFC 5869), so that no sealed contact opens in another partner's row. The key lives outside the
database and its backups; whoever loses it loses the contacts and nothing else.
"""

from base64 import urlsafe_b64encode
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.kit.errors import Unavailable


def sealed(key: bytes, partner: UUID, contact: str) -> bytes:
    """The contact as it is stored."""
    return _seal(key, partner).encrypt(contact.encode())


def opened(key: bytes, partner: UUID, contact: bytes) -> str:
    """The contact as it was given. Raises `Unavailable` when the key is another than it was sealed with."""
    try:
        return _seal(key, partner).decrypt(contact).decode()
    except InvalidToken:
        raise Unavailable("contact_unreadable", "The contact was sealed with another key.") from None


def _seal(key: bytes, partner: UUID) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"partner contact" + partner.bytes).derive(key)
    return Fernet(urlsafe_b64encode(derived))
