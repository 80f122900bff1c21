# SPDX-License-Identifier: Apache-2.0
"""Passwords and codes of the life cycle show up in no error, no log, no history, no frame."""

from __future__ import annotations

import logging
import traceback

import pytest
from tests.lifecycle.memory_authority import NOW, Office

from kcert.errors import KcertError
from kcert.lifecycle import issue, reissue, renew, revoke, settle
from kcert.storage import MemoryBackend
from kcert.store import History, Store
from kcert.testing import assert_clear_error, forms_of

OLD, NEW, CODE = "canary-old-horse", "canary-new-horse", "canary-wrong-code"


def kcert_frames(error):
    """What a debugger would show of the frames of kcert, as text."""
    shown = []
    pending = [error]
    while pending:
        item = pending.pop()
        told = traceback.TracebackException(
            type(item), item, item.__traceback__, capture_locals=True
        )
        for frame in told.stack:
            if "/kcert/" in frame.filename.replace("\\", "/"):
                shown += [f"{name}={value}" for name, value in (frame.locals or {}).items()]
        pending += [inner for inner in (item.__cause__, item.__context__) if inner is not None]
    return "\n".join(shown).encode("utf-8", "surrogatepass")


def failures(authority, store, entry):
    """Every verb, failing at every place where it can."""
    office, wrong = Office(), Office(CODE)
    for fault in ("refuse", "not-heard", "answer-lost", "confirmation-not-heard"):

        def renewing(fault=fault):
            authority.faults = [fault]
            renew(store, entry, authority, OLD, new_password=NEW, at=NOW)

        def issuing(fault=fault):
            authority.faults = [fault]
            issue(store, authority, office, NEW)

        yield from (renewing, issuing)
    yield lambda: renew(store, entry, authority, NEW, at=NOW)
    yield lambda: renew(store, "0" * 16, authority, OLD, at=NOW)
    yield lambda: renew(store, entry, authority, OLD, new_password=NEW, at=NOW, backup_to=store)
    yield lambda: issue(store, authority, wrong, NEW)
    yield lambda: reissue(store, entry, authority, wrong, NEW, at=NOW)
    yield lambda: revoke(store, entry, authority, password=NEW)
    yield lambda: revoke(store, entry, authority, password=OLD, identity=office)
    yield lambda: settle(store, "0" * 16, authority, OLD)


def test_no_secret_is_in_an_error_a_log_the_history_or_a_frame(authority, caplog):
    caplog.set_level(logging.DEBUG)
    backend = MemoryBackend()
    store = Store(backend, history=History(backend))
    entry = store.add(authority.holder(password=OLD))
    secrets = [form for secret in (OLD, NEW, CODE) for form in forms_of(secret)]
    for fail in failures(authority, store, entry):
        with pytest.raises((KcertError, ValueError)) as raised:
            fail()
        if isinstance(raised.value, KcertError):
            assert_clear_error(raised.value, type(raised.value), canaries=[OLD, NEW, CODE])
        shown = kcert_frames(raised.value)
        assert b"store=" in shown
        assert not [form for form in secrets if form in shown]
    written = caplog.text + "".join(store.history.export())
    assert not [form for form in secrets if form in written.encode()]
    assert "홍길동" not in written
