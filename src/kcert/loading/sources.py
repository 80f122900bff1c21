# SPDX-License-Identifier: Apache-2.0
"""From what the caller has to a credential: a path, octets, or a certificate with its key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kcert._asn1.pem import encode_pem
from kcert.certificate import Certificate
from kcert.credential import Credential
from kcert.errors import AmbiguousError, KcertError, LimitError
from kcert.formats import npki
from kcert.formats.folder import list_names, read_file
from kcert.formats.gpki_names import SIGN_CERTIFICATE, SIGN_KEY, ending_of
from kcert.keys import EncryptedKey
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.loading.folders import load_folder, load_government_files
from kcert.loading.kinds import look

if TYPE_CHECKING:
    from kcert.keys.limits import Limits
    from kcert.loading.kind import Kind

__all__ = ["Source", "load"]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | tuple[bytes, bytes]
"""What `load` takes: a path, octets, or the octets of a certificate and its key in any order."""

_CERTIFICATE_SUFFIXES = (".der", ".cer", ".crt", ".pem")
_KEY_SUFFIXES = (".key", ".der", ".pem")

# Codes of the kinds that are one half of a credential.
_CERTIFICATES = frozenset(("certificate", "pem-certificate"))
_KEYS = frozenset(("locked-key", "pem-locked-key", "pem-key"))


def load(
    source: Source, password: str | bytes | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Credential:
    """Open whatever holds a credential. The credential stays locked.

    A ``str`` is always a path and ``bytes`` are always content. What a file is decides its
    content, never the end of its name.

    - a folder: the NPKI folder with ``signCert.der`` and ``signPri.key``, or one with a single
      person's government files (``<name>_sig.cer``, ``<name>_sig.key``)
    - ``signCert.der`` or ``signPri.key`` itself: the whole folder that it lies in
    - ``<name>_sig.cer`` or ``<name>_sig.key`` itself: all files of this name
    - another certificate or locked key file (DER): its other half is looked for beside it, under
      the same name with another end (``x.der``, ``x.cer``, ``x.crt`` and ``x.key``) or with
      ``Pri`` or ``key`` for ``Cert`` (``kmCert.der`` and ``kmPri.key``); PEM goes as well
    - a PEM text with certificate and locked key, see `kcert.pem.load`
    - a zip archive with the files of one credential, see `kcert.archive.load`
    - any of these as base64 or hexadecimal text, or as text in UTF-16
    - the octets of a certificate and its key, as a pair

    Args:
        source: Path, octets or pair, as above.
        password: Only needed for formats that hide the certificate too, and to tell several keys
            apart; others do not use it.
        limits: Caps on size and work.

    Returns:
        The credential.

    Raises:
        FormatError: It is something else; the message says what, and what would be needed.
        NotFoundError: There is nothing at the path.
        AmbiguousError: A folder or an archive holds several credentials, or two files could be
            the other half; the message says how to choose.
        LimitError: It is larger than ``limits.max_file_size``.
        StorageError: It cannot be read.
        TypeError: ``source`` is none of these types.
    """
    failure: KcertError | TypeError
    try:
        return _load(source, password, limits)
    except (KcertError, TypeError) as error:
        failure = error
    finally:
        del source, password
    # The frames in which it arose know the password, and a key that was perhaps not locked.
    if isinstance(failure, KcertError):
        raise failure.without_origin()
    raise failure.with_traceback(None)


def _load(source: Source, password: str | bytes | None, limits: Limits) -> Credential:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _load_octets(_octets(source, limits), password, limits)
    if isinstance(source, (tuple, list)):
        return _load_pair([_octets(part, limits) for part in source], password, limits)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError("source must be a path, bytes, or a pair of bytes")
    # A path object may give octets (os.PathLike[bytes]); fsdecode makes text of either.
    return _load_path(os.fsdecode(source), password, limits)


def _octets(data: bytes | bytearray | memoryview, limits: Limits) -> bytes:
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError("source must be a path, bytes, or a pair of bytes")
    size = memoryview(data).nbytes
    if size > limits.max_file_size:
        raise LimitError("file size", size, limits.max_file_size, where="kcert.load")
    return bytes(data)


def _load_octets(data: bytes, password: str | bytes | None, limits: Limits) -> Credential:
    data, kind = look(data)
    if kind.open is None:
        raise kind.refusal()
    return kind.open(data, password, limits)


def _load_pair(parts: list[bytes], password: str | bytes | None, limits: Limits) -> Credential:
    """A certificate and its locked key, in any order."""
    if len(parts) != 2:
        raise TypeError("a pair is one certificate and one key")
    (first, first_kind), (second, second_kind) = sorted(
        map(look, parts), key=lambda part: part[1].code not in _CERTIFICATES
    )
    if first_kind.code not in _CERTIFICATES:
        raise first_kind.refusal()
    if second_kind.code not in _KEYS:
        raise second_kind.refusal()
    if (first_kind.code, second_kind.code) == ("certificate", "locked-key"):
        return Credential(certificate=Certificate.load(first), key=EncryptedKey.load(second))
    return _load_pem_pair((first, first_kind), (second, second_kind), password, limits)


def _load_pem_pair(
    certificate: tuple[bytes, Kind],
    key: tuple[bytes, Kind],
    password: str | bytes | None,
    limits: Limits,
) -> Credential:
    """Certificates and a key of which at least one is PEM: as one text, chain and all."""
    from kcert.formats import pem

    texts = [
        encode_pem(label, data).encode("ascii") if kind.code == binary else data
        for (data, kind), binary, label in (
            (certificate, "certificate", "CERTIFICATE"),
            (key, "locked-key", "ENCRYPTED PRIVATE KEY"),
        )
    ]
    return pem.load(b"\n".join(texts), password, limits=limits)


def _load_path(path: str, password: str | bytes | None, limits: Limits) -> Credential:
    if os.path.isdir(path):
        return load_folder(path)
    data, kind = look(read_file(path, limits.max_file_size))
    if kind.open is not None:
        return kind.open(data, password, limits)
    if kind.code not in _CERTIFICATES | _KEYS:
        raise kind.refusal()
    folder, name = os.path.split(os.path.abspath(path))
    if name.casefold() in (npki.SIGN_CERTIFICATE.casefold(), npki.SIGN_KEY.casefold()):
        return npki.read_folder(folder)
    if ending_of(name) in (SIGN_CERTIFICATE, SIGN_KEY):
        return load_government_files(folder, name[: -len(SIGN_KEY)])
    other = _other_half(folder, name, _CERTIFICATES if kind.code in _KEYS else _KEYS, limits)
    if other is None:
        raise kind.refusal()
    return _load_pair([data, other], password, limits)


def _other_half(folder: str, name: str, wanted: frozenset[str], limits: Limits) -> bytes | None:
    """Content of the file beside this one that completes the pair, by name and by content."""
    stem = os.path.splitext(name)[0]
    names = _names_of_key(stem) if wanted is _KEYS else _names_of_certificate(stem)
    found: set[bytes] = set()
    for other in list_names(folder):
        if other.casefold() in names:
            data, kind = look(read_file(os.path.join(folder, other), limits.max_file_size))
            if kind.code in wanted:
                found.add(data)
    if len(found) > 1:
        raise AmbiguousError(
            "several files beside this one could be its other half; give both as a pair",
            "짝이 될 수 있는 파일이 여럿입니다; 두 파일을 함께 지정하십시오",
            backend="file",
            name=os.path.join(folder, name),
        )
    return found.pop() if found else None


def _names_of_key(stem: str) -> frozenset[str]:
    return _names(stem, "cert", ("pri", "key"), _KEY_SUFFIXES)


def _names_of_certificate(stem: str) -> frozenset[str]:
    return _names(stem, "pri", ("cert",), _CERTIFICATE_SUFFIXES) | _names(
        stem, "key", ("cert",), _CERTIFICATE_SUFFIXES
    )


def _names(
    stem: str, ending: str, others: tuple[str, ...], suffixes: tuple[str, ...]
) -> frozenset[str]:
    """Case-folded names beside a file: its own stem, or with another ending, and each suffix."""
    stem = stem.casefold()
    stems = [stem]
    if stem.endswith(ending):
        stems += [stem.removesuffix(ending) + other for other in others]
    return frozenset(name + suffix for name in stems for suffix in suffixes)
