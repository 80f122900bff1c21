# SPDX-License-Identifier: Apache-2.0
"""`Store`: the credentials on one backend, in the NPKI layout."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kcert.credential import Credential
from kcert.errors import (
    AlreadyExistsError,
    AmbiguousError,
    FormatError,
    NotFoundError,
    UnavailableError,
)
from kcert.formats import npki
from kcert.storage.names import twin_key
from kcert.storage.ordered import with_folders
from kcert.store import layout
from kcert.store.entry import Entry, read_entry
from kcert.store.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from kcert.certificate import Authority, Certificate, CertificateKind, Policy
    from kcert.storage import Backend

__all__ = ["Store"]


class Store:
    """The credentials on one backend. It never sees a password or an open key.

    Args:
        backend: Where they lie. Where it cannot write several files at once, a credential is
            written file by file, its signing certificate last.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = with_folders(backend)

    def __repr__(self) -> str:
        return f"<Store on {self._backend!r}>"

    def entries(self) -> Iterator[Entry]:
        """Yield every credential, one at a time; damaged ones carry ``problem`` and stop nothing.

        No password is needed. Nothing is kept, so memory does not grow with the store.
        """
        for listing in self._backend.folders():
            entry = read_entry(self._backend, listing)
            if entry is not None:
                yield entry

    def find(
        self,
        *,
        holder: str | None = None,
        kind: CertificateKind | None = None,
        authority: str | Authority | None = None,
        policy: str | Policy | None = None,
        expiring_within: timedelta | None = None,
        at: datetime | None = None,
    ) -> Iterator[Entry]:
        """Yield the entries whose certificate answers to everything that is asked.

        Args:
            holder: The holder's whole name, as `Certificate.holder_name` gives it.
            kind: Kind of the certificate.
            authority: The authority or its code (``"yessign"``, in any case).
            policy: A certificate policy or its dotted OID.
            expiring_within: Valid until between ``at`` and that much later: certificates that
                have expired already are not expiring.
            at: Aware datetime; default now.
        """
        query = Query.of(
            holder=holder,
            kind=kind,
            authority=authority,
            policy=policy,
            expiring_within=expiring_within,
            at=at,
        )
        for entry in self.entries():
            if entry.certificate is not None and query.matches(entry.certificate):
                yield entry

    def get(self, id: str) -> Entry:
        """Return one entry.

        Args:
            id: `Entry.id`, `Entry.location`, or a certificate's SHA-256 fingerprint in hex.

        Raises:
            NotFoundError: If there is none.
            AmbiguousError: If the same certificate is there more than once; ask by location then.
        """
        found: list[Entry] = []
        with suppress(FormatError):  # what is no name is nowhere
            candidates = self._at(id) if "/" in id else self.entries()
            found = [entry for entry in candidates if _answers(entry, id)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotFoundError(
                "there is no such entry",
                "그런 항목이 없습니다",
                backend=self._kind,
                name=id,
            )
        raise AmbiguousError(
            f"{len(found)} entries hold this certificate; name one by its location",
            f"이 인증서를 가진 항목이 {len(found)}개입니다; 위치로 하나를 지정하십시오",
            backend=self._kind,
            name=id,
        )

    def add(self, credential: Credential) -> Entry:
        """Write a credential into a folder of its own. What is there is never overwritten.

        When this returns, the files are flushed to the medium, have been read back and compared.

        Raises:
            AlreadyExistsError: If the same certificate is in the store.
            UnavailableError: If the medium does not take it, or gives back something else.
            TypeError: If it is not a locked `Credential`.
        """
        files = _files(credential)
        certificate = credential.certificate
        return self._write_new(self._prefix_for(certificate), certificate, files)

    def replace(self, entry: Entry, credential: Credential) -> Entry:
        """Put the same certificate's credential in the place of one that was read before.

        This is how a changed password gets into the store: every key of the credential is replaced,
        or none. Files that the credential has nothing for stay as they are.

        Args:
            entry: The entry as it was read: `get` it, `Entry.load` it, change it, replace it.
            credential: What takes its place.

        Raises:
            ConflictError: If the files have changed since ``entry`` was read.
            ValueError: If ``credential`` is of another certificate.
        """
        files = _files(credential)
        certificate = entry.certificate
        if certificate is None or certificate != credential.certificate:
            raise ValueError("an entry is replaced by a credential of the same certificate")
        present = {layout.written_name(name): name for name in entry.files}
        changes = {present.get(name, name): data for name, data in files.items()}
        if not self._backend.properties.atomic_folders:
            return self._replace_by_copy(entry, certificate, {**self._raw(entry), **changes})
        self._backend.change_folder(entry.location, changes, replace=entry.versions)
        return self._read_back(entry.location, changes)

    def remove(self, id: str) -> None:
        """Remove an entry, for good. Other files in its folder stay.

        Raises:
            NotFoundError: If there is none.
            AmbiguousError: If the same certificate is there more than once.
            ConflictError: If somebody changes it at the same time.
        """
        self._remove(self.get(id))

    # What the verbs are made of

    @property
    def _kind(self) -> str:
        return self._backend.properties.kind

    def _at(self, location: str) -> Iterator[Entry]:
        for listing in self._backend.folders(location):
            entry = read_entry(self._backend, listing)
            if entry is not None:
                yield entry

    def _prefix_for(self, certificate: Certificate) -> str:
        """Folder that the credential's folder goes into, as it is spelled in this store.

        Raises:
            AlreadyExistsError: If the certificate is in the store.
        """
        folder, user = layout.authority_folder(certificate), layout.USER
        for listing in self._backend.folders():
            entry = read_entry(self._backend, listing)
            if entry is not None and entry.certificate == certificate:
                raise AlreadyExistsError(
                    "the certificate is in the store; replace or remove that entry",
                    "이미 저장된 인증서입니다; 그 항목을 교체하거나 삭제하십시오",
                    backend=self._kind,
                    name=listing.name,
                )
            spelled = listing.name.split("/")
            if twin_key(spelled[0]) == twin_key(folder):
                folder = spelled[0]
                if len(spelled) > 1 and twin_key(spelled[1]) == twin_key(user):
                    user = spelled[1]
        return f"{folder}/{user}"

    def _write_new(
        self, prefix: str, certificate: Certificate, files: dict[str, bytes], *, beside: str = ""
    ) -> Entry:
        """Write into the first free of the folders a certificate can have.

        ``beside`` is where the same certificate may be already.
        """
        for leaf in layout.subject_folders(certificate):
            location = f"{prefix}/{leaf}" if prefix else leaf
            try:
                self._backend.put_folder(location, files)
            except AlreadyExistsError:
                others = (entry for entry in self._at(location) if entry.location != beside)
                if any(entry.certificate == certificate for entry in others):
                    raise
            else:
                return self._read_back(location, files)
        raise AlreadyExistsError(
            "every folder this certificate could have is taken by something else",
            "이 인증서를 저장할 폴더 이름이 모두 사용 중입니다",
            backend=self._kind,
        )

    def _read_back(self, location: str, files: dict[str, bytes]) -> Entry:
        blobs = self._backend.get_folder(location, tuple(files))
        if {name: blob.data for name, blob in blobs.items()} != files:
            raise UnavailableError(
                "what was read back is not what was written; the medium is faulty, use another",
                "다시 읽은 내용이 기록한 것과 다릅니다; 매체에 이상이 있으니 다른 매체를 쓰십시오",
                backend=self._kind,
                name=location,
            )
        for entry in self._at(location):
            if entry.location == location:
                return entry
        raise NotFoundError("the entry is gone", backend=self._kind, name=location)

    def _raw(self, entry: Entry) -> dict[str, bytes]:
        blobs = self._backend.get_folder(entry.location, entry.files)
        return {name: blob.data for name, blob in blobs.items()}

    def _replace_by_copy(
        self, entry: Entry, certificate: Certificate, files: dict[str, bytes]
    ) -> Entry:
        """Write the new state beside the old one, then remove that: never none, at worst both."""
        files = layout.in_writing_order(files)
        prefix, _, _ = entry.location.rpartition("/")
        new = self._write_new(prefix, certificate, files, beside=entry.location)
        self._remove(entry)
        return new

    def _remove(self, entry: Entry) -> None:
        if not entry.versions:
            raise entry.problem or NotFoundError("the entry is gone", backend=self._kind)
        last_first = sorted(
            entry.versions, key=lambda n: layout.written_name(n) != npki.SIGN_CERTIFICATE
        )
        gone = dict.fromkeys(last_first)
        self._backend.change_folder(entry.location, gone, replace=entry.versions)


def _files(credential: Credential) -> dict[str, bytes]:
    if not isinstance(credential, Credential):
        raise TypeError("a store keeps locked credentials only: lock it first")
    return layout.in_writing_order(npki.dump(credential))


def _answers(entry: Entry, wanted: str) -> bool:
    if wanted in {entry.id, entry.location}:
        return True
    return entry.certificate is not None and entry.certificate.fingerprint() == wanted.lower()
