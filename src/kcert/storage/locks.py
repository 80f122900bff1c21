# SPDX-License-Identifier: Apache-2.0
"""A lock among writers of one folder that the kernel lets go of when its holder dies.

POSIX: ``flock`` on the folder itself, so no lock file is left anywhere. Windows: a byte of an
empty file ``.kcert-lock`` in the folder, gone with the last holder. Where the medium has no locks
(some network file systems), writing goes on without one: every write is still whole, but two
writers at the very same moment are then told apart by create-only names alone.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kcert.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["exclusive"]

_LOCK_FILE: Final = ".kcert-lock"
_WAIT: Final = 10.0
_PAUSE: Final = 0.005
_BUSY: Final = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_NO_LOCKS: Final = {
    errno.ENOLCK,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EBADF,
    errno.EINVAL,
}

if sys.platform == "win32":
    import msvcrt

    def _open(path: str) -> int:
        return os.open(os.path.join(path, _LOCK_FILE), os.O_RDWR | os.O_CREAT, 0o600)

    def _try(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _close(descriptor: int, path: str) -> None:
        os.close(descriptor)
        # Windows refuses while somebody else has the file open, so nobody's lock is taken away.
        with suppress(OSError):
            os.unlink(os.path.join(path, _LOCK_FILE))

else:
    import fcntl

    def _open(path: str) -> int:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _close(descriptor: int, _path: str) -> None:
        os.close(descriptor)


@contextmanager
def exclusive(path: str, descriptor: int | None) -> Iterator[None]:
    """Hold the lock of a folder.

    Args:
        path: The folder.
        descriptor: The folder, open, where the system has such descriptors. The lock is held until
            it is closed, so it belongs to one user of the lock only.

    Raises:
        UnavailableError: If somebody else holds it for more than ten seconds; retryable.
    """
    held = _open(path) if descriptor is None else descriptor
    try:
        _acquire(held)
        yield
    finally:
        if descriptor is None:
            _close(held, path)


def _acquire(descriptor: int) -> None:
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            _try(descriptor)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return
            if error.errno not in _BUSY:
                raise
        else:
            return
        if time.monotonic() > deadline:
            raise UnavailableError(
                "another program is writing in the same folder; try again",
                "다른 프로그램이 같은 폴더에 쓰고 있습니다; 다시 시도하십시오",
                backend="file",
                retryable=True,
            )
        time.sleep(_PAUSE)
