# SPDX-License-Identifier: Apache-2.0
"""Cloud backends: the contract on real servers, and a service that fails in every way."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    KcertError,
    LimitError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.storage import ANY
from kcert.testing.backend import BackendContract

pytest.importorskip("opendal", reason="kcert[cloud] is not installed")

from opendal.exceptions import ConditionNotMatch

from kcert.storage.cloud import CloudBackend
from kcert.storage.cloud_services import operator_settings

S3_KEYS = {"access_key_id": "AK", "secret_access_key": "SK"}


class TestOnEachService(BackendContract):
    @pytest.fixture
    def backend(self, service):
        return service.backend()

    def make_backend(self, tmp_path):
        raise AssertionError("made by the fixture")


def test_what_a_service_can_is_asked(s3, webdav, az, gs):
    assert s3.backend().properties.conditional
    assert az.backend().properties.conditional
    assert not gs.backend().properties.conditional
    assert not webdav.backend().properties.conditional
    assert not webdav.backend().properties.atomic_replace


@pytest.mark.parametrize("kind", ["az", "gs"])
def test_a_bucket_that_is_missing_is_said_to_be_missing(request, kind):
    service = request.getfixturevalue(kind)
    address = service.address("p").replace("//kcert/", "//nowhere/")
    backend = CloudBackend(address, credentials=service.credentials)
    for replace in (None, ANY):
        with pytest.raises(NotFoundError, match="no such bucket or container"):
            backend.put("a", b"data", replace=replace)


@pytest.mark.parametrize("kind", ["s3", "az"])
def test_conditions_are_decided_by_the_service_alone(request, kind):
    """Two writers know the same; nothing is compared here, and the second is refused there."""
    backend = request.getfixturevalue(kind).backend()
    write = backend._operator.write
    write("a", b"first", if_not_exists=True)
    tag = backend._operator.stat("a").etag
    write("a", b"second", if_match=tag)
    for condition in ({"if_not_exists": True}, {"if_match": tag}):
        with pytest.raises(ConditionNotMatch):
            write("a", b"third", **condition)
    assert backend.get("a").data == b"second"


def test_against_a_dict_in_any_order(service):
    class Machine(RuleBasedStateMachine):
        names = st.sampled_from(["a/x", "a/b/x", "c/홍길동 é"])
        contents = st.binary(max_size=40)

        def __init__(self):
            super().__init__()
            self.backend = service.backend()
            self.model = {}
            self.old = {}

        def wrote(self, name, data, version):
            if name in self.model:
                self.old[name] = self.model[name]
            self.model[name] = data, version

        @rule(name=names, data=contents)
        def create(self, name, data):
            if name in self.model:
                with pytest.raises(AlreadyExistsError):
                    self.backend.put(name, data)
            else:
                self.wrote(name, data, self.backend.put(name, data))

        @rule(name=names, data=contents)
        def overwrite(self, name, data):
            self.wrote(name, data, self.backend.put(name, data, replace=ANY))

        @rule(name=names, data=contents)
        def replace(self, name, data):
            if name in self.model:
                version = self.backend.put(name, data, replace=self.model[name][1])
                self.wrote(name, data, version)

        @rule(name=names, data=contents)
        def replace_an_older_state(self, name, data):
            version = self.old.get(name, (b"", None))[1]
            if version is not None and version != self.model.get(name, (b"", None))[1]:
                with pytest.raises(ConflictError):
                    self.backend.put(name, data, replace=version)

        @rule(name=names)
        def delete(self, name):
            if name in self.model:
                self.backend.delete(name)
                self.old[name] = self.model.pop(name)
            else:
                with pytest.raises(NotFoundError):
                    self.backend.delete(name)

        @invariant()
        def holds_what_the_dict_holds(self):
            assert sorted(self.backend.list()) == sorted(self.model)
            for name, (data, version) in self.model.items():
                blob = self.backend.get(name)
                assert (blob.data, blob.version) == (data, version)

    run_state_machine_as_test(Machine, settings=settings(max_examples=15, stateful_step_count=15))


# A service that fails


@pytest.fixture
def backend(faulty):
    address = f"s3://bucket/p?endpoint={faulty.url}&region=us-east-1"
    return CloudBackend(address, credentials=S3_KEYS, timeout=4)


def stored(faulty):
    return faulty.objects.get("bucket/p/a", [])


PASSING = ["500", "502", "503", "504", "429", "drop-before-commit"]


@pytest.mark.parametrize("fault", [*PASSING, "409", "drop-mid-upload"])
def test_a_passing_failure_is_tried_again_and_written_once(faulty, backend, fault):
    faulty.faults += [fault]
    backend.put("a", b"new")
    assert stored(faulty) == [b"new"]


@pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit"])
def test_a_lost_answer_to_a_creation_is_made_good_by_reading_back(faulty, backend, fault):
    faulty.faults += [fault]
    backend.put("a", b"new")
    assert stored(faulty) == [b"new"]


@pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit"])
def test_a_lost_answer_to_a_replacement_is_made_good_by_reading_back(faulty, backend, fault):
    version = backend.put("a", b"old")
    faulty.faults += [f"{fault}@PUT"]
    backend.put("a", b"new", replace=version)
    assert stored(faulty) == [b"old", b"new"]


def test_a_lost_answer_and_another_writer_is_no_success(faulty, backend):
    version = backend.put("a", b"old")
    write = backend._operator.write

    class Operator:
        def __getattr__(self, name):
            return getattr(real, name)

        def write(self, *args, **kwargs):
            try:
                return write(*args, **kwargs)
            finally:
                if not faulty.faults and len(stored(faulty)) == 2:
                    faulty.objects["bucket/p/a"].append(b"theirs")

    real, backend._operator = backend._operator, Operator()
    faulty.faults += [None, None, "drop-after-commit"]
    with pytest.raises(ConflictError):
        backend.put("a", b"new", replace=version)
    assert stored(faulty)[-1] == b"theirs"


def test_what_somebody_else_wrote_is_not_overwritten(faulty, backend):
    version = backend.put("a", b"old")
    faulty.objects["bucket/p/a"].append(b"theirs")
    with pytest.raises(ConflictError):
        backend.put("a", b"new", replace=version)
    with pytest.raises(AlreadyExistsError):
        backend.put("a", b"new")
    assert stored(faulty)[-1] == b"theirs"


def test_tries_are_bounded(faulty, backend):
    faulty.faults += ["503"] * 20
    with pytest.raises(UnavailableError) as caught:
        backend.put("a", b"new")
    assert caught.value.retryable
    assert 14 <= len(faulty.faults) <= 17  # two to five tries, and one look whether it arrived
    assert stored(faulty) == []


def test_a_refusal_is_told_and_not_tried_again(faulty, backend):
    faulty.faults += ["403"]
    with pytest.raises(StorageError, match="rights") as caught:
        backend.put("a", b"new")
    assert not caught.value.retryable
    assert faulty.faults == []
    assert stored(faulty) == []


def test_a_service_that_hangs_is_given_up(faulty):
    address = f"s3://bucket/p?endpoint={faulty.url}&region=us-east-1"
    backend = CloudBackend(address, credentials=S3_KEYS, timeout=0.5)
    faulty.faults += ["hang", "hang"]
    with pytest.raises(UnavailableError):
        backend.get("a")


@pytest.mark.parametrize("fault", PASSING)
def test_reading_is_tried_again(faulty, backend, fault):
    backend.put("a", b"data")
    faulty.faults += [fault]
    assert backend.get("a").data == b"data"


def test_half_a_body_is_never_taken_for_the_whole(faulty, backend):
    backend.put("a", b"x" * 1000)
    faulty.faults += ["truncate"]
    assert backend.get("a").data == b"x" * 1000


def test_more_than_the_cap_is_not_read(faulty, backend):
    address = f"s3://bucket/p?endpoint={faulty.url}&region=us-east-1"
    small = CloudBackend(address, credentials=S3_KEYS, max_size=10)
    backend.put("a", b"x" * 11)
    with pytest.raises(LimitError):
        small.get("a")
    with pytest.raises(LimitError):
        small.put("b", b"x" * 11)


def test_nobody_there_is_told_without_address_or_key():
    address = "s3://bucket/p?endpoint=http://127.0.0.1:9&region=us-east-1"
    backend = CloudBackend(address, credentials=S3_KEYS, timeout=1)
    with pytest.raises(UnavailableError) as caught:
        backend.get("a")
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(UnavailableError):
        list(backend.list())
    assert "SK" not in repr(backend)


# Addresses and credentials

REFUSED = [
    ("s3://key:secret@bucket/p?region=x", S3_KEYS),
    ("s3://bucket/p?region=x&secret_access_key=SK", S3_KEYS),
    ("s3://bucket/p?region=x&region=y", S3_KEYS),
    ("s3://bucket/p?region=x#part", S3_KEYS),
    ("s3://bucket/p?region=x", None),
    ("s3://bucket/p?region=x", {}),
    ("s3://bucket/p?region=x", {"access_key_id": "AK"}),
    ("s3://bucket/p?region=x", {**S3_KEYS, "endpoint": "https://elsewhere.example"}),
    ("s3://bucket/p", S3_KEYS),
    ("s3:///p?region=x", S3_KEYS),
    ("s3://bucket/p?endpoint=http://storage.example", S3_KEYS),
    ("s3://bucket/p?endpoint=https://user:pw@storage.example", S3_KEYS),
    ("s3://[bucket/p", S3_KEYS),
    ("webdav://storage.example/p", {"username": "u", "password": "p"}),
    ("webdavs:///p", {"username": "u", "password": "p"}),
    ("az://container/p", {"account_name": "a"}),
    ("az://container/p?sas_token=x", {"account_name": "a", "account_key": "k"}),
    ("gs://bucket/p", {}),
    ("gdrive:folder", {"refresh_token": "r"}),
    ("gdrive://folder", {"access_token": "t"}),
    ("dropbox:folder", {}),
    ("onedrive:folder", None),
]


@pytest.mark.parametrize(("url", "credentials"), REFUSED)
def test_an_unsafe_or_incomplete_address_is_refused(url, credentials):
    with pytest.raises(StorageError) as caught:
        CloudBackend(url, credentials=credentials)
    assert isinstance(caught.value, KcertError)
    for secret in ("secret@", "SK", "pw@"):
        assert secret not in str(caught.value) + caught.value.message_ko


COMPLETE = [
    ("s3://bucket/p?region=ap-northeast-2", S3_KEYS),
    ("az://container/p", {"account_name": "a", "account_key": "aw=="}),
    ("gs://bucket/p", {"token": "t"}),
    ("gs://bucket/p", {"service_account_key": '{"type": "service_account"}'}),
    ("webdavs://storage.example/p", {"username": "u", "password": "p"}),
    ("gdrive:folder", {"access_token": "t"}),
    ("onedrive:folder", {"access_token": "t"}),
    ("dropbox:folder", {"refresh_token": "r", "client_id": "c", "client_secret": "s"}),
]


@pytest.mark.parametrize(("url", "credentials"), COMPLETE, ids=lambda value: str(value)[:10])
def test_every_service_can_be_built_without_asking_anybody(url, credentials):
    assert CloudBackend(url, credentials=credentials).properties.kind == url.partition(":")[0]


def test_no_service_is_left_to_look_for_credentials():
    s3 = operator_settings("s3://bucket/p?region=x", S3_KEYS)
    assert (s3["disable_config_load"], s3["disable_ec2_metadata"]) == ("true", "true")
    gs = operator_settings("gs://bucket/p", {"token": "t"})
    assert (gs["disable_config_load"], gs["disable_vm_metadata"]) == ("true", "true")
