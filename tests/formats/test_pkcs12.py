# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
import traceback

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import kcert
from kcert import pkcs12
from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert._asn1.pkcs12 import (
    PFX,
    MacData,
    encode_safe_bag,
    plain_content,
    read_authenticated_safe,
    read_safe_contents,
    safe_contents,
)
from kcert.credential import BagAttribute
from kcert.errors import (
    FormatError,
    KcertError,
    KeyMismatchError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
    WeakIntegrityError,
)
from kcert.keys import EncryptedKey, Limits, profiles
from kcert.keys.profiles import CHEAPEST, PKCS12_KOREAN, PKCS12_MODERN, PKCS12_PBMAC1
from kcert.testing import TEST_PASSWORD, FakeAuthority, assert_clear_error, clear_error, forms_of
from kcert.testing.strategies import credentials, dn_values, mutations, passwords

PASSWORD = "비밀번호 😀 1!"
TRUSTED_JAVA = "2.16.840.1.113894.746875.1.1"
FIXTURE_PASSWORD = "WTuA8Ev0lWXVFSiI!"


def cheap(profile):
    """The same shape with two rounds."""
    return evolve(
        profile,
        key=evolve(profile.key, iterations=2),
        certificates=profile.certificates and evolve(profile.certificates, iterations=2),
        mac_iterations=2,
    )


CHEAP = [
    pytest.param(cheap(profile), id=profile.name)
    for profile in (PKCS12_KOREAN, PKCS12_MODERN, PKCS12_PBMAC1)
]
KOREAN, MODERN, PBMAC1 = (parameter.values[0] for parameter in CHEAP)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    """Two pairs, a chain, names and attributes everywhere."""
    plain = authority.issue(km=True, chain=True, profile=CHEAPEST, password=PASSWORD)
    km, root = plain.key_management.certificate, plain.ca_certificates[0]
    name = encode.bmp_string("최상위 😀")
    return evolve(
        plain,
        friendly_name="홍길동의 인증서",
        bag_attributes=[
            BagAttribute(plain.certificate.fingerprint(), True, "1.2.3.4", (encode.integer(1),)),
            BagAttribute(km.fingerprint(), False, oids.FRIENDLY_NAME, (encode.bmp_string("km"),)),
            BagAttribute(root.fingerprint(), False, oids.FRIENDLY_NAME, (name,)),
            BagAttribute(root.fingerprint(), False, TRUSTED_JAVA, (encode.oid("2.5.29.37.0"),)),
        ],
    )


@pytest.fixture(scope="module")
def written(credential):
    """The file in each form."""
    with credential.unlock(PASSWORD) as opened:
        return {
            profile.name: pkcs12.dump(opened, PASSWORD, profile=profile)
            for profile in (KOREAN, MODERN, PBMAC1)
        }


def pfx_of(*bags: bytes, mac: MacData | None = None) -> bytes:
    return PFX(safe_contents([plain_content(safe_contents(bags))]), mac).encode()


def bags_of(data: bytes):
    """The bags of a file that encrypts no certificates, encoded."""
    (part,) = read_authenticated_safe(PFX.read(data).auth_safe)
    return [encode_safe_bag(bag.oid, bag.value, bag.attributes) for bag in read_safe_contents(part)]


def without(data: bytes, oid: str) -> list[bytes]:
    """Its bags without one kind of attribute."""
    (part,) = read_authenticated_safe(PFX.read(data).auth_safe)
    return [
        encode_safe_bag(bag.oid, bag.value, [a for a in bag.attributes if a.oid != oid])
        for bag in read_safe_contents(part)
    ]


def same(found, expected, password=PASSWORD) -> bool:
    """Equal but for the locks, and the same keys, R and other attributes included."""
    parts = "certificate", "ca_certificates", "friendly_name"
    assert all(getattr(found, part) == getattr(expected, part) for part in parts)
    assert set(found.bag_attributes) == set(expected.bag_attributes)
    with found.unlock(password) as opened, expected.unlock(password) as wanted:
        assert opened.reveal_pkcs8() == wanted.reveal_pkcs8()
        if expected.key_management is None:
            return found.key_management is None
        assert found.key_management.certificate == expected.key_management.certificate
        return opened.key_management.reveal_pkcs8() == wanted.key_management.reveal_pkcs8()


def structure(data: bytes) -> list[object]:
    """Tags and object identifiers of DER, octets that are DER entered, sizes left aside."""

    def walk(reader: Reader) -> list[object]:
        found: list[object] = []
        while not reader.at_end:
            tag, content = reader.read_any()
            if tag == 0x06:
                found.append((tag, content.hex()))
            elif tag & 0x20 or (tag == 0x04 and content[:1] == b"\x30" and len(content) > 100):
                found.append((tag, walk(Reader(content, "test"))))
            else:
                found.append((tag, len(content)))
        return found

    return walk(Reader(data, "test"))


# What goes in comes out


@pytest.mark.parametrize("profile", CHEAP)
def test_everything_comes_back(credential, written, profile):
    assert same(pkcs12.load(written[profile.name], PASSWORD), credential)


def test_the_lock_of_the_file_stays_on_the_key(written):
    credential = pkcs12.load(written["PKCS12_KOREAN"], PASSWORD)

    assert credential.key.scheme == "pbeWithSHAAnd3-KeyTripleDES-CBC"
    assert credential.key.der in written["PKCS12_KOREAN"]


def test_what_was_loaded_can_be_written_and_loaded_again(written):
    first = pkcs12.load(written["PKCS12_MODERN"], PASSWORD)
    with first.unlock(PASSWORD) as opened:
        again = pkcs12.load(pkcs12.dump(opened, PASSWORD, profile=MODERN), PASSWORD)

    assert evolve(again, key=first.key, key_management=first.key_management) == first


def test_salts_are_new_each_time(credential):
    with credential.unlock(PASSWORD) as opened:
        for profile in (KOREAN, MODERN):
            files = {pkcs12.dump(opened, PASSWORD, profile=profile) for _ in range(3)}
            assert len(files) == 3


@settings(max_examples=25)
@given(
    credentials(),
    passwords(),
    st.sampled_from([KOREAN, MODERN, PBMAC1]),
    st.none() | dn_values() | st.text(st.characters(codec="utf-16-be"), max_size=30),
    st.lists(st.tuples(st.booleans(), st.binary(max_size=20)), max_size=3),
)
def test_any_credential_survives(issued, password, profile, name, extra):
    original, old = issued
    original = original.change_password(old, password, CHEAPEST)
    everything = [original.certificate, *original.ca_certificates]
    original = evolve(
        original,
        friendly_name=name,
        bag_attributes=[
            BagAttribute(
                everything[number % len(everything)].fingerprint(),
                of_key and number % len(everything) == 0,
                f"1.2.3.{number}",
                (encode.octet_string(value),),
            )
            for number, (of_key, value) in enumerate(extra)
        ],
    )
    with original.unlock(password) as opened:
        file = pkcs12.dump(opened, password, profile=profile)

    assert same(pkcs12.load(file, password), original, password)


# Korean files


@pytest.fixture(scope="module")
def korean_file(shared_data):
    return (shared_data / "fixtures/yessign-test/cert.pfx").read_bytes()


def test_the_file_of_a_korean_program_gives_r(korean_file, shared_data):
    credential = pkcs12.load(korean_file, FIXTURE_PASSWORD)
    with credential.unlock(FIXTURE_PASSWORD) as opened:
        plain = (shared_data / "fixtures/yessign-test/plain_with_R.p8.der").read_bytes()
        assert opened.reveal_pkcs8() == plain
        assert opened.random.reveal().hex() == "7858b4328390805129f01c97fe6ca4a520cbd479"


def test_its_export_has_the_same_structure(korean_file):
    with pkcs12.load(korean_file, FIXTURE_PASSWORD).unlock(FIXTURE_PASSWORD) as opened:
        ours = pkcs12.dump(opened, FIXTURE_PASSWORD, profile=PKCS12_KOREAN)

    assert structure(ours) == structure(korean_file)
    assert len(ours) == len(korean_file)
    # The MAC has the salt of the key, as there.
    for file in (ours, korean_file):
        salt = PFX.read(file).mac_data.salt
        assert file.count(salt) == 2


def test_korean_profile_of_a_made_credential(credential, written):
    outer = PFX.read(written["PKCS12_KOREAN"])
    (part,) = read_authenticated_safe(outer.auth_safe)
    bags = read_safe_contents(part)

    assert [bag.oid[-1] for bag in bags] == ["3", "2", "3", "2", "3", "3"]
    assert outer.mac_data.algorithm == AlgorithmIdentifier(oids.SHA1, NULL_PARAMETERS)
    identifier = encode.octet_string(credential.certificate.subject_key_identifier)
    for bag in bags[:2]:
        assert identifier in [a.values[0] for a in bag.attributes if a.oid == oids.LOCAL_KEY_ID]


def test_the_profiles_are_what_they_promise():
    assert (PKCS12_KOREAN.key.iterations, PKCS12_KOREAN.mac_iterations) == (1_024, 1_024)
    for profile in (PKCS12_MODERN, PKCS12_PBMAC1):
        assert profile.key is profile.certificates is profiles.MODERN
        assert profile.mac_iterations >= 600_000


# Which key belongs to which certificate


def test_keys_are_found_by_their_public_key_where_nothing_else_says(credential, written):
    bags = without(written["PKCS12_KOREAN"], oids.LOCAL_KEY_ID)

    for order in (bags, bags[::-1], bags[3:] + bags[:3]):
        found = pkcs12.load(pfx_of(*order), PASSWORD)
        assert found.certificate == credential.certificate
        with found.unlock(PASSWORD) as opened:
            assert opened.key_management.certificate == credential.key_management.certificate


def test_a_local_key_id_that_everything_has_says_nothing(credential, written):
    (part,) = read_authenticated_safe(PFX.read(written["PKCS12_KOREAN"]).auth_safe)
    link = pkcs12.contents.BagAttribute(oids.LOCAL_KEY_ID, (encode.octet_string(b"1"),))
    bags = [encode_safe_bag(bag.oid, bag.value, [link]) for bag in read_safe_contents(part)]

    found = pkcs12.load(pfx_of(*bags[::-1]), PASSWORD)

    assert found.certificate == credential.certificate
    assert found.key_management.certificate == credential.key_management.certificate


def test_a_key_of_another_certificate_is_refused_on_loading(authority, written):
    other = authority.issue(profile=CHEAPEST, fresh_key=True)
    with other.unlock(TEST_PASSWORD) as opened:
        stranger = bags_of(pkcs12.dump(opened, PASSWORD, profile=KOREAN))[0]
    key = without(written["PKCS12_KOREAN"], oids.LOCAL_KEY_ID)[1]

    with clear_error(KeyMismatchError):
        pkcs12.load(pfx_of(stranger, key), PASSWORD)


def test_a_wrong_local_key_id_shows_on_unlocking(written):
    signing, key, km, km_key, *_ = bags_of(written["PKCS12_KOREAN"])
    links = [read_safe_contents(safe_contents([bag]))[0] for bag in (signing, key, km, km_key)]
    swapped = [
        encode_safe_bag(oids.SHROUDED_KEY_BAG, links[3].value, links[1].attributes),
        encode_safe_bag(oids.SHROUDED_KEY_BAG, links[1].value, links[3].attributes),
    ]
    found = pkcs12.load(pfx_of(signing, km, *swapped), PASSWORD)

    with clear_error(KeyMismatchError):
        found.unlock(PASSWORD)


def test_a_km_pair_alone_is_a_credential(credential, written):
    found = pkcs12.load(pfx_of(*bags_of(written["PKCS12_KOREAN"])[2:4]), PASSWORD)

    assert found.certificate == credential.key_management.certificate
    assert found.key_management is None


def test_several_credentials_have_a_door_of_their_own(authority, credential, written):
    other = authority.issue("홍길순", profile=CHEAPEST, password=PASSWORD, fresh_key=True)
    with other.unlock(PASSWORD) as opened:
        bags = bags_of(pkcs12.dump(opened, PASSWORD, profile=KOREAN))
    file = pfx_of(*bags, *bags_of(written["PKCS12_KOREAN"]))

    found = pkcs12.load_all(file, PASSWORD)

    assert [one.certificate for one in found] == [other.certificate, credential.certificate]
    assert found[0].key_management is None
    assert found[1].key_management is not None
    with clear_error(FormatError) as caught:
        pkcs12.load(file, PASSWORD)
    assert "load_all" in str(caught.error)


@pytest.mark.parametrize("keep", [0, 1])
def test_half_a_pair_can_be_read_and_is_no_credential(written, keep):
    file = pfx_of(bags_of(written["PKCS12_KOREAN"])[keep])

    contents = pkcs12.read(file, PASSWORD)
    assert (len(contents.certificates), len(contents.keys)) == (1 - keep, keep)
    with clear_error(FormatError) as caught:
        pkcs12.load(file, PASSWORD)
    assert "pkcs12.read" in str(caught.error)


# Keys that are not locked


@pytest.fixture(scope="module")
def open_file(credential):
    """Everything in the clear, without a MAC."""
    with credential.unlock(PASSWORD) as opened:
        bags = bags_of(pkcs12.dump(opened, PASSWORD, profile=KOREAN))
        keys = opened, opened.key_management
        for index, pair in zip((1, 3), keys, strict=True):
            bags[index] = encode_safe_bag(oids.KEY_BAG, pair.reveal_pkcs8())
    return pfx_of(*bags)


def test_an_open_key_is_locked_on_loading(credential, open_file):
    found = pkcs12.load(open_file, PASSWORD)

    assert same(found, evolve(credential, bag_attributes=found.bag_attributes))
    assert not found.key.needs_relock()


def test_an_open_key_needs_a_password_to_be_locked_under(open_file):
    with clear_error(FormatError) as caught:
        pkcs12.load(open_file)
    assert "load_unencrypted" in str(caught.error)


def test_open_keys_come_open_through_a_door_of_that_name(credential, open_file):
    with (
        pkcs12.load_unencrypted(open_file) as opened,
        credential.unlock(PASSWORD) as expected,
    ):
        assert opened.reveal_pkcs8() == expected.reveal_pkcs8()
        assert opened.key_management.certificate == credential.key_management.certificate


def test_that_door_refuses_locked_keys(written):
    with clear_error(FormatError) as caught:
        pkcs12.load_unencrypted(written["PKCS12_KOREAN"], PASSWORD)
    assert "pkcs12.load" in str(caught.error)


def test_open_keys_are_in_no_repr(open_file):
    contents = pkcs12.read(open_file, PASSWORD)
    with pkcs12.load_unencrypted(open_file) as opened:
        secret = opened.reveal_pkcs8()[-60:]
    assert secret.hex() not in repr(contents)
    assert repr(secret)[2:-1] not in repr(contents)


# Integrity


def codes(credential) -> set[str]:
    return {finding.code for finding in kcert.inspect(credential).findings}


def test_a_file_without_a_mac_is_a_finding(written):
    found = pkcs12.load(pfx_of(*bags_of(written["PKCS12_KOREAN"])), PASSWORD)

    (problem,) = found.problems
    assert isinstance(problem, WeakIntegrityError)
    assert problem.mac is None
    assert_clear_error(problem)
    assert "no-integrity" in codes(found)


def test_a_weak_mac_is_a_finding(written):
    found = pkcs12.load(written["PKCS12_KOREAN"], PASSWORD)

    assert found.problems[0].iterations == 2
    assert "weak-integrity" in codes(found)


def test_a_sound_mac_is_none(authority):
    issued = authority.issue(password=PASSWORD, profile=CHEAPEST)
    strong = evolve(MODERN, mac_iterations=1_000)
    with issued.unlock(PASSWORD) as opened:
        found = pkcs12.load(pkcs12.dump(opened, PASSWORD, profile=strong), PASSWORD)

    assert found.problems == ()
    assert not codes(found) & {"weak-integrity", "no-integrity"}


@pytest.mark.parametrize("profile", CHEAP)
def test_a_changed_content_does_not_open(written, profile):
    data = bytearray(written[profile.name])
    data[data.index(b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a") + 40] ^= 1

    with clear_error(UnlockError):
        pkcs12.load(bytes(data), PASSWORD)


@pytest.mark.parametrize("profile", CHEAP)
@pytest.mark.parametrize("wrong", ["wrong", "", b"\xff\xfe", None])
def test_a_wrong_password_is_an_unlock_error(written, profile, wrong):
    with clear_error(UnlockError) as caught:
        pkcs12.load(written[profile.name], wrong)
    assert ("give it" in str(caught.error)) == (wrong is None)


def test_a_mac_of_no_octets_never_verifies(written):
    good = PFX.read(written["PKCS12_KOREAN"])
    for digest in (b"", good.mac_data.digest[:-1], good.mac_data.digest + b"\0"):
        with clear_error(FormatError):
            pkcs12.load(
                PFX(good.auth_safe, evolve(good.mac_data, digest=digest)).encode(), PASSWORD
            )


def test_the_mac_is_checked_before_the_content_is_read(written):
    good = PFX.read(written["PKCS12_MODERN"])

    with clear_error(UnlockError):
        pkcs12.load(PFX(b"not ASN.1", good.mac_data).encode(), PASSWORD)


# Hostile files


def locked(iterations: int, salt: bytes = b"12345678") -> bytes:
    parameters = encode.sequence(encode.octet_string(salt), encode.integer(iterations))
    algorithm = AlgorithmIdentifier(oids.PKCS12_TRIPLE_DES, parameters)
    return encode_safe_bag(
        oids.SHROUDED_KEY_BAG, EncryptedPrivateKeyInfo(algorithm, bytes(16)).encode()
    )


def test_rounds_are_capped_before_any_work(written):
    good = PFX.read(written["PKCS12_KOREAN"])
    for mac in (
        evolve(good.mac_data, iterations=2_000_001),
        evolve(good.mac_data, iterations=1 << 62),
        evolve(good.mac_data, salt=bytes(1_025)),
    ):
        with clear_error(LimitError):
            pkcs12.load(PFX(good.auth_safe, mac).encode(), PASSWORD)


def test_all_rounds_of_a_file_together_are_capped():
    with clear_error(LimitError) as caught:
        pkcs12.load(pfx_of(*[locked(1_500_001)] * 4), PASSWORD)
    assert caught.error.maximum == 6_000_000


def test_bags_size_and_nesting_are_capped(written):
    with clear_error(LimitError):
        pkcs12.load(pfx_of(*[locked(1)] * 1_001), PASSWORD)
    with clear_error(LimitError):
        pkcs12.load(written["PKCS12_KOREAN"], PASSWORD, limits=Limits(max_file_size=100))
    with clear_error(LimitError):
        pkcs12.load(bytes((1 << 20) + 1))
    bag = locked(1)
    for _ in range(40):
        bag = encode_safe_bag(oids.SAFE_CONTENTS_BAG, safe_contents([bag]))
    with clear_error(LimitError):
        pkcs12.load(pfx_of(bag), PASSWORD)


def test_locking_many_open_keys_is_capped(open_file):
    (part,) = read_authenticated_safe(PFX.read(open_file).auth_safe)
    key = next(bag for bag in read_safe_contents(part) if bag.oid == oids.KEY_BAG)

    with clear_error(LimitError):
        pkcs12.load(
            pfx_of(*[encode_safe_bag(key.oid, key.value)] * 3),
            PASSWORD,
            limits=Limits(max_total_iterations=1_200_000),
        )


def test_hundreds_of_pairs_are_matched_in_no_time(authority, credential):
    """Certificates and keys that a hostile file makes up cost their size, not its square."""
    issued = authority.issue(profile=CHEAPEST, serial_number=0x112233).certificate
    serial = issued.der.index(b"\x11\x22\x33")
    bags = []
    for number in range(499):
        changed = bytearray(issued.der)
        changed[serial + 1 : serial + 3] = (1000 + number).to_bytes(2, "big")
        value = encode.sequence(
            encode.oid(oids.X509_CERTIFICATE), encode.context(0, encode.octet_string(changed))
        )
        link = pkcs12.contents.BagAttribute(
            oids.LOCAL_KEY_ID, (encode.octet_string(str(number).encode()),)
        )
        bags.append(encode_safe_bag(oids.CERT_BAG, value, [link]))
        bags.append(encode_safe_bag(oids.SHROUDED_KEY_BAG, credential.key.der, [link]))
    file = pfx_of(*bags)

    start = time.process_time()
    found = pkcs12.load_all(file, PASSWORD, limits=Limits(max_file_size=len(file)))
    assert len(found) == 499
    assert time.process_time() - start < 10


def test_bags_inside_of_bags_are_found(credential, written):
    bag = encode_safe_bag(oids.SAFE_CONTENTS_BAG, safe_contents(bags_of(written["PKCS12_KOREAN"])))

    assert same(pkcs12.load(pfx_of(bag), PASSWORD), credential)


def test_bags_of_other_kinds_are_left_out_and_named(written):
    crl = encode_safe_bag("1.2.840.113549.1.12.10.1.4", encode.sequence())
    found = pkcs12.load(pfx_of(crl, *bags_of(written["PKCS12_KOREAN"])), PASSWORD)

    assert "crlBag" in str(found.problems[1])
    assert "unsupported-part" in codes(found)


def test_a_damaged_certificate_is_left_out_and_named(credential, written):
    bags = bags_of(written["PKCS12_KOREAN"])
    value = encode.sequence(
        encode.oid(oids.X509_CERTIFICATE), encode.context(0, encode.octet_string(b"\x30\0"))
    )
    found = pkcs12.load(pfx_of(encode_safe_bag(oids.CERT_BAG, value), *bags), PASSWORD)

    assert found.certificate == credential.certificate
    assert "damaged-part" in codes(found)


def test_a_signed_file_is_not_supported():
    content = encode.sequence(encode.oid(oids.PKCS7_SIGNED_DATA), encode.context(0, b"\x30\0"))

    with clear_error(UnsupportedAlgorithmError):
        pkcs12.load(encode.sequence(encode.integer(3), content), PASSWORD)


@pytest.mark.parametrize("value", ["1e0161", "1e02d800", "1e00", "0c0161", "0500"])
def test_an_odd_friendly_name_survives_as_it_is(written, value):
    certificate, key, *rest = without(written["PKCS12_KOREAN"], oids.FRIENDLY_NAME)
    bag = read_safe_contents(safe_contents([certificate]))[0]
    odd = pkcs12.contents.BagAttribute(oids.FRIENDLY_NAME, (bytes.fromhex(value),))
    certificate = encode_safe_bag(bag.oid, bag.value, [*bag.attributes, odd])

    found = pkcs12.load(pfx_of(certificate, key, *rest), PASSWORD)
    assert isinstance(found.friendly_name, str)
    with found.unlock(PASSWORD) as opened:
        file = pkcs12.dump(opened, PASSWORD, profile=KOREAN)
    assert odd in pkcs12.read(file, PASSWORD).certificates[0].attributes
    again = pkcs12.load(file, PASSWORD)
    assert again.friendly_name == found.friendly_name
    assert set(again.bag_attributes) == set(found.bag_attributes)


@settings(max_examples=150)
@given(st.data(), st.sampled_from(["PKCS12_KOREAN", "PKCS12_MODERN", "PKCS12_PBMAC1"]))
def test_a_damaged_file_opens_unchanged_or_not_at_all(credential, written, data, name):
    good = written[name]
    changed = data.draw(mutations(good))

    try:
        found = pkcs12.load(changed, PASSWORD, limits=Limits(max_iterations=10_000))
    except KcertError as error:
        assert_clear_error(error, canaries=[PASSWORD])
        return
    if any(isinstance(p, WeakIntegrityError) and p.mac is None for p in found.problems):
        return
    assert found.certificate == credential.certificate


@settings(max_examples=150)
@given(st.data())
def test_damage_without_a_mac_is_a_clear_error_too(written, data):
    good = pfx_of(*bags_of(written["PKCS12_KOREAN"]))
    try:
        found = pkcs12.load(
            data.draw(mutations(good)), PASSWORD, limits=Limits(max_iterations=10_000)
        )
        found.unlock(PASSWORD, limits=Limits(max_iterations=10_000)).close()
    except KcertError as error:
        assert_clear_error(error, canaries=[PASSWORD])


# Secrets


def failing(file, open_file, opened):
    """Calls that fail, each in another place."""
    limits = {"max_iterations": 1}, {"max_file_size": 9}, {"max_bags": 1}
    yield lambda: pkcs12.load(file, PASSWORD + "x")
    yield lambda: pkcs12.load(file[:-9], PASSWORD)
    yield lambda: pkcs12.load_unencrypted(file, PASSWORD)
    yield lambda: pkcs12.load(pfx_of(*bags_of(open_file)[1:2]), PASSWORD)
    yield lambda: pkcs12.load(pfx_of(bags_of(open_file)[1] + b"\x30\x09"), PASSWORD)
    yield lambda: pkcs12.load(
        open_file.replace(b"\x02\x01\x00\x02\x82", b"\x02\x01\x07\x02\x82"), PASSWORD
    )
    yield lambda: pkcs12.dump(opened, b"\xff" + PASSWORD.encode(), profile=KOREAN)
    for limit in limits:
        yield lambda limit=limit: pkcs12.load(file, PASSWORD, limits=Limits(**limit))


def test_no_traceback_shows_a_password_or_a_key(credential, written, open_file):
    with credential.unlock(PASSWORD) as opened:
        secrets = forms_of(PASSWORD) | forms_of(opened.random.reveal())
        secrets |= forms_of(opened.reveal_pkcs8()[300:340])
        for call in failing(written["PKCS12_KOREAN"], open_file, opened):
            with pytest.raises(KcertError) as caught:
                call()
            shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            # Our own frames hold what they hold.
            shown.stack[:] = [f for f in shown.stack if f.filename != __file__]
            text = "".join(shown.format()).encode()
            assert not [s for s in secrets if s in text or s in text.lower()]


# Kinds of arguments


def test_any_buffer_will_do(credential, written):
    file = written["PKCS12_KOREAN"]
    octets = PASSWORD.encode()
    for data in (
        bytearray(file),
        memoryview(file),
        memoryview(b"".join(bytes((o, 0)) for o in file))[::2],
    ):
        for password in (PASSWORD, octets, bytearray(octets)):
            assert pkcs12.load(data, password).certificate == credential.certificate


def test_ber_reads_like_der(credential, written):
    file = written["PKCS12_KOREAN"]
    pfx = Reader(file, "test").sequence()
    version, content, mac = (pfx.read_encoded() for _ in range(3))
    octets = PFX.read(file).auth_safe
    pieces = b"".join(
        encode.octet_string(octets[start : start + 1_000]) for start in range(0, len(octets), 1_000)
    )
    content = b"\x30\x80" + encode.oid(oids.PKCS7_DATA) + b"\xa0\x80\x24\x80" + pieces + bytes(6)

    assert same(pkcs12.load(b"\x30\x80" + version + content + mac + bytes(2), PASSWORD), credential)
    assert kcert.load(b"\x30\x80" + version + content + mac + bytes(2), PASSWORD) == (
        pkcs12.load(file, PASSWORD)
    )


def test_kcert_load_opens_the_file(tmp_path, credential, written):
    path = tmp_path / "아무이름.dat"
    path.write_bytes(written["PKCS12_KOREAN"])

    assert kcert.load(path, PASSWORD).certificate == credential.certificate
    with clear_error(UnlockError):
        kcert.load(path)


def test_an_unsupported_lock_stays_on_the_key(credential, written):
    """Korean schemes inside of a bag, and one that nobody has."""
    locked_key = credential.key
    unknown = EncryptedPrivateKeyInfo(AlgorithmIdentifier("1.2.3", b"\x30\0"), bytes(16)).encode()
    certificate = bags_of(written["PKCS12_KOREAN"])[0]
    for key in (locked_key.der, unknown):
        bag = encode_safe_bag(oids.SHROUDED_KEY_BAG, key)
        found = pkcs12.load(pfx_of(certificate, bag), PASSWORD)
        assert found.key == EncryptedKey.load(key)
    with clear_error(UnsupportedAlgorithmError):
        found.unlock(PASSWORD)
