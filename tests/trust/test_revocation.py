# SPDX-License-Identifier: Apache-2.0
"""CRLs: scope, signers and time, on made-up authorities and on KISA's real list."""

from __future__ import annotations

import pickle
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from kcert import (
    FormatError,
    KcertError,
    LimitError,
    RevocationUnknownError,
    RevokedError,
    TrustStore,
    WeakAlgorithmError,
    Weakness,
)
from kcert._asn1 import encode
from kcert._asn1.crl import RawRevokedEntries
from kcert._asn1.pem import read_blocks
from kcert.certificate import Certificate
from kcert.testing import Extension, FakeAuthority, FakeRoot, Revoked, assert_clear_error
from kcert.trust import (
    CertificateRevocationList,
    EvidenceKind,
    Revocation,
    RevocationSources,
    TrustAnchor,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
REASONS = [
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
]


class World:
    """An authority, a certificate of it, and the root's list, which is good."""

    def __init__(self) -> None:
        self.authority = FakeAuthority(at=AT - 30 * DAY)
        self.root = self.authority.root
        self.certificate = self.authority.issue().certificate
        (self.url,) = self.certificate.crl_distribution_points
        self.arl = self.root.crl(at=AT - 40 * DAY, next_update=AT + 400 * DAY)

    def verify(self, *lists: bytes, at=AT, revocation=Revocation.REQUIRE, weak=(), **options):
        sources = RevocationSources(crls=[self.arl, *lists], **options)
        return TrustStore([self.root.certificate]).verify(
            self.certificate,
            at,
            intermediates=[self.authority.certificate],
            revocation=revocation,
            checker=sources,
            allow_weak=weak,
        )

    def crl(self, *revoked: object, **options: object) -> bytes:
        return self.authority.crl(revoked, **{"at": AT - DAY, **options})

    def unknown(self, *lists: bytes, match: str | None = None, **options: object) -> None:
        with pytest.raises(RevocationUnknownError, match=match) as caught:
            self.verify(*lists, **options)
        assert_clear_error(caught.value, RevocationUnknownError)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_a_list_that_does_not_name_the_certificate_is_evidence(world):
    crl = world.crl(1, 2, 3)
    statuses = world.verify(crl).revocation
    assert [status.unknown for status in statuses] == [None, None]
    evidence = statuses[0].evidence
    assert (evidence.kind, evidence.der) == (EvidenceKind.CRL, crl)
    assert (evidence.this_update, evidence.next_update) == (AT - DAY, AT + 6 * DAY)


def test_skip_asks_nothing_and_check_if_available_marks_what_is_not_known(world):
    assert world.verify(world.crl(world.certificate), revocation=Revocation.SKIP).revocation == ()
    path = world.verify(revocation=Revocation.CHECK_IF_AVAILABLE)
    assert path.revocation[0].evidence is None
    assert "nothing at hand" in path.revocation[0].unknown
    with pytest.raises(RevokedError):
        world.verify(world.crl(world.certificate), revocation=Revocation.CHECK_IF_AVAILABLE)


def test_a_revoked_authority_takes_everything_below_with_it(world):
    arl = world.root.crl([world.authority.certificate], at=AT)
    with pytest.raises(RevokedError) as caught:
        TrustStore([world.root.certificate]).verify(
            world.certificate,
            AT,
            intermediates=[world.authority.certificate],
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=[arl, world.crl()]),
        )
    assert caught.value.fingerprint == world.authority.certificate.fingerprint()


# V8: which list, and how old


def test_v8_a_list_past_its_next_update_is_out_of_date(world):
    stale = world.crl(at=AT - 9 * DAY, next_update=AT - DAY)
    world.unknown(stale, match="out of date")
    world.unknown(world.crl(without_next_update=True), match="until when")


def test_v8_a_missing_list_is_told(world):
    world.unknown(match="nothing at hand")


def test_v8_a_list_of_another_issuer_says_nothing(world):
    other = FakeAuthority("KICA", root=world.root)
    world.unknown(other.crl([world.certificate], at=AT))
    # Nor does one that only claims the name.
    forged = world.authority.crl(at=AT, key=FakeRoot(fresh_key=True).key)
    world.unknown(forged, match="not signed")


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_v8_large_lists_are_read_and_searched(world, size):
    # About 0.4 MB and 2.2 MB.
    first = 1 << 40
    crl = CertificateRevocationList.load(world.crl(*range(first, first + size)))
    assert len(crl) == size
    assert crl.find(first + size // 2).serial_number == first + size // 2
    assert crl.find(first + size) is None
    assert crl.find(first - 1) is None
    assert world.verify(crl.der).revocation[0].evidence.kind is EvidenceKind.CRL
    last = world.crl(*range(first, first + size), world.certificate)
    with pytest.raises(RevokedError):
        world.verify(last)


def list_by_cryptography(world, serials: list[int]) -> bytes:
    issuer = world.authority.certificate.to_cryptography().subject
    builder = x509.CertificateRevocationListBuilder(
        issuer, AT.replace(tzinfo=None) - DAY, AT.replace(tzinfo=None) + 6 * DAY
    )
    # One by one, the builder would copy all entries each time.
    entries = [
        x509.RevokedCertificateBuilder(serial, (AT - 5 * DAY).replace(tzinfo=None)).build()
        for serial in serials
    ]
    builder._revoked_certificates = entries
    crl = builder.sign(world.authority.key.private_key, hashes.SHA256())
    return crl.public_bytes(serialization.Encoding.DER)


def list_by_openssl(world, serials: list[int]) -> bytes:
    date = (AT - 5 * DAY).strftime("%y%m%d%H%M%SZ")
    lines = (f"R\t400101000000Z\t{date}\t{serial:040x}\tunknown\t/CN=x\n" for serial in serials)
    key = world.authority.key.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index").write_text("".join(lines), "ascii")
        (folder / "key").write_bytes(key)
        (folder / "cert").write_text(world.authority.certificate.to_pem())
        (folder / "config").write_text(f"[ca]\ndefault_ca = it\n[it]\ndatabase = {folder}/index\n")
        command = ["openssl", "ca", "-gencrl", "-config", "config", "-md", "sha256"]
        command += ["-keyfile", "key", "-cert", "cert"]
        command += ["-crl_lastupdate", (AT - DAY).strftime("%Y%m%d%H%M%SZ")]
        command += ["-crl_nextupdate", (AT + 6 * DAY).strftime("%Y%m%d%H%M%SZ")]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
        (block,) = read_blocks(done.stdout)
        return block.data


@pytest.mark.parametrize(
    "make",
    [list_by_cryptography, pytest.param(list_by_openssl, marks=pytest.mark.peer("openssl"))],
)
def test_v8_a_list_of_1_2_mb_by_another_implementation(world, make):
    """As large as asn1crypto's fixture ``eid2011.crl``, which is not among the data here."""
    serials = [(1 << 158) + number for number in range(30_800)]
    crl = make(world, serials)
    assert 1_200_000 < len(crl) < 1_400_000
    loaded = CertificateRevocationList.load(crl)
    assert len(loaded) == len(serials)
    assert all(loaded.find(serial) is not None for serial in serials[::1_000])
    assert loaded.find(serials[0] - 1) is None
    assert world.verify(crl).revocation[0].evidence.der == crl
    with pytest.raises(RevokedError) as caught:
        world.verify(make(world, [*serials, world.certificate.serial_number]))
    assert caught.value.since == AT - 5 * DAY


# V9: since when, why, and whether for good


@pytest.mark.parametrize("reason", REASONS)
def test_v9_every_reason_counts_and_is_told(world, reason):
    entry = Revoked(world.certificate.serial_number, date=AT - 5 * DAY, reason=reason)
    with pytest.raises(RevokedError) as caught:
        world.verify(world.crl(entry))
    assert caught.value.revocation_reason == reason
    assert caught.value.since == AT - 5 * DAY


@pytest.mark.parametrize("reason", REASONS)
def test_v9_what_was_signed_before_the_revocation_stands_where_later_lists_count(world, reason):
    entry = Revoked(world.certificate.serial_number, date=AT - 5 * DAY, reason=reason)
    crl = world.crl(entry)
    assert world.verify(crl, at=AT - 6 * DAY, accept_later=True).revocation[0].evidence
    with pytest.raises(RevokedError):
        world.verify(crl, at=AT - 4 * DAY, accept_later=True)
    with pytest.raises(RevokedError):
        world.verify(crl, at=AT - 5 * DAY, accept_later=True)


def test_v9_a_later_list_does_not_count_unless_that_is_asked_for(world):
    world.unknown(world.crl(), at=AT - 6 * DAY, match="after the moment")


def test_v9_a_later_list_says_nothing_good_once_the_certificate_had_expired(world):
    expired = world.certificate.validity.not_after
    later = world.crl(at=expired + DAY)
    world.unknown(later, at=AT, accept_later=True, match="already expired")


def test_v9_the_invalidity_date_counts_where_it_is_earlier(world):
    entry = Revoked(
        world.certificate.serial_number, date=AT - 5 * DAY, invalidity_date=AT - 10 * DAY
    )
    with pytest.raises(RevokedError):
        world.verify(world.crl(entry), at=AT - 7 * DAY, accept_later=True)


def test_v9_a_suspension_lifted_in_a_delta_list_counts_no_more(world):
    serial = world.certificate.serial_number
    held = Revoked(serial, date=AT - 3 * DAY, reason="certificateHold")
    base = world.crl(held, number=7)
    with pytest.raises(RevokedError) as caught:
        world.verify(base)
    assert caught.value.revocation_reason == "certificateHold"
    lifted = Revoked(serial, reason="removeFromCRL")
    delta = world.crl(lifted, number=8, base_number=7, at=AT - DAY / 2)
    assert world.verify(base, delta).revocation[0].evidence.this_update == AT - DAY / 2


def test_v9_a_delta_list_adds_revocations_and_has_to_fit_its_base(world):
    base = world.crl(number=7)
    delta = world.crl(world.certificate, number=8, base_number=7)
    with pytest.raises(RevokedError):
        world.verify(base, delta)
    world.unknown(delta)
    unfit = world.crl(world.certificate, number=12, base_number=9)
    assert world.verify(base, unfit)


def test_v9_a_stale_list_still_tells_of_revocation_but_not_of_suspension(world):
    old = {"at": AT - 9 * DAY, "next_update": AT - DAY}
    with pytest.raises(RevokedError):
        world.verify(world.crl(world.certificate, **old))
    held = Revoked(world.certificate.serial_number, reason="certificateHold")
    world.unknown(world.crl(held, **old), match="out of date")


def test_v9_the_newest_list_decides(world):
    older, newer = world.crl(at=AT - 2 * DAY), world.crl(world.certificate, at=AT - DAY)
    for lists in ((older, newer), (newer, older)):
        with pytest.raises(RevokedError):
            world.verify(*lists)


# Partitioned points


def test_only_the_list_of_the_point_that_the_certificate_names_counts(world):
    assert world.verify(world.crl(url=world.url))
    other = world.url.replace("dp", "xx", 1)
    assert other != world.url
    world.unknown(world.crl(url=other), match="another distribution point")


def test_the_same_ldap_entry_is_the_same_point_however_it_is_written(world):
    place, _, _ = world.url.partition("?")
    for written in (
        place,
        place + "?certificateRevocationList;binary",
        place.replace(",", ", "),
        place.upper().replace("LDAP://", "ldap://"),
    ):
        assert world.verify(world.crl(url=written)), written


def test_a_list_for_authorities_or_attributes_says_nothing_of_a_holder(world):
    assert world.verify(world.crl(only="user"))
    world.unknown(world.crl(only="authority"), match="authorities' certificates only")
    world.unknown(world.crl(only="attribute"), match="attribute")


def test_lists_for_some_reasons_have_to_cover_all_of_them(world):
    some = world.crl(reasons=["keyCompromise", "cACompromise"])
    world.unknown(some)
    rest = world.crl(
        reasons=REASONS[3:],
    )
    assert world.verify(some, rest)


def test_an_indirect_list_that_nobody_appointed_says_nothing_of_other_issuers(world):
    other = FakeAuthority("KICA", root=world.root)
    entry = Revoked(world.certificate.serial_number, issuer=world.authority.certificate.subject.der)
    world.unknown(other.crl([entry], at=AT, indirect=True))


# What kcert does not understand


def test_unknown_critical_extensions_make_a_list_say_nothing(world):
    unknown = Extension("1.2.3.4", encode.null(), critical=True)
    world.unknown(world.crl(extensions=(unknown,)), match=r"1\.2\.3\.4")
    entry = Revoked(1, extensions=(unknown,))
    world.unknown(world.crl(entry), match=r"1\.2\.3\.4")


def test_a_list_signed_over_sha1_counts_only_where_that_is_allowed(world):
    old = FakeRoot("kcert Test RootCA 3", digest="sha1")
    authority = FakeAuthority(root=old, digest="sha1", at=AT - DAY)
    certificate = authority.issue().certificate
    lists = [old.crl(at=AT), authority.crl(at=AT)]
    trust = TrustStore([old.certificate])
    options = {
        "intermediates": [authority.certificate],
        "revocation": Revocation.REQUIRE,
        "checker": RevocationSources(crls=lists),
    }
    with pytest.raises(WeakAlgorithmError):
        trust.verify(certificate, AT, **options)
    path = trust.verify(certificate, AT, allow_weak=[Weakness.SHA1], **options)
    assert (Weakness.SHA1, "CRL signature") in {
        (part.weakness, part.subject) for part in path.weak_parts
    }


# Reading


def test_kisas_real_arl_is_read_and_verified(shared_data):
    crl = CertificateRevocationList.load(
        (shared_data / "ca" / "lists" / "KISA_RootCA_4.crl").read_bytes()
    )
    assert (crl.number, len(crl), crl.issuer.common_name) == (595, 0, "KISA RootCA 4")
    at = crl.this_update + DAY
    certificate = Certificate.load((shared_data / "ca" / "yessignCA-Class-3.der").read_bytes())
    path = TrustStore.korea().verify(
        certificate, at, revocation=Revocation.REQUIRE, checker=RevocationSources(crls=[crl])
    )
    assert path.root.name == "KISA RootCA 4"
    assert path.revocation[0].evidence.der == crl.der
    with pytest.raises(RevocationUnknownError, match="out of date"):
        TrustStore.korea().verify(
            certificate,
            crl.next_update + DAY,
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=[crl]),
        )


def test_a_list_loads_from_pem_and_base64_and_pickles(world):
    import base64

    der = world.crl(5, 6)
    text = base64.encodebytes(der).decode()
    pem = f"-----BEGIN X509 CRL-----\n{text}-----END X509 CRL-----\n"
    crl = CertificateRevocationList.load(der)
    assert CertificateRevocationList.load(pem) == CertificateRevocationList.load(text) == crl
    assert pickle.loads(pickle.dumps(crl)) == crl
    assert [entry.serial_number for entry in crl] == [5, 6]
    with pytest.raises(FormatError):
        CertificateRevocationList.load(pem + pem)
    with pytest.raises(LimitError):
        CertificateRevocationList.load(bytes(70 << 20))


@given(st.data())
def test_a_damaged_list_is_an_error_of_ours_or_says_nothing(world, data):
    octets = bytearray(world.crl(7, Revoked(8, reason=None), Revoked(9, invalidity_date=AT)))
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(KcertError) as caught:
        world.verify(bytes(octets))
    assert_clear_error(caught.value, KcertError)


@given(
    st.lists(st.integers(-(1 << 160), 1 << 160), unique=True, max_size=30),
    st.sampled_from([None, "keyCompromise", "removeFromCRL"]),
)
def test_every_entry_is_found_and_no_other(world, serials, reason):
    entries = [Revoked(number, reason=reason) for number in serials]
    crl = CertificateRevocationList.load(world.crl(*entries))
    assert [entry.serial_number for entry in crl] == serials
    for number in serials:
        assert crl.find(number).serial_number == number
        assert (crl.find(number + 1) is None) == (number + 1 not in serials)


@pytest.mark.parametrize("serial", ["02020005", "020200007f", "0202ff85"])
def test_a_list_with_a_padded_serial_number_is_refused(serial):
    # It would be searched for by its octets, and not be found.
    entry = encode.sequence(bytes.fromhex(serial), encode.time(AT))
    with pytest.raises(FormatError):
        RawRevokedEntries(entry, 0, len(entry))


# Who may sign a list in an authority's name


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("known_by_figures", [False, True])
def test_no_other_authority_may_sign_lists_in_the_name_of_the_issuer(
    make, revoked, known_by_figures
):
    """One below the same root certifies a signer of this name, who declares a revoked one good."""
    root = make.issue("Root")
    issuer, other = make.issue("Authority A", root), make.issue("Authority B", root)
    leaf = make.issue("Leaf", issuer, ca=False)
    rogue = make.issue(issuer.subject, other, key_label="rogue")

    def crl(signer, *entries: Certificate, at: datetime = make.AT - DAY) -> bytes:
        return FakeAuthority(at=make.AT).crl(entries, key=signer.key, issuer=signer.subject, at=at)

    anchor = TrustAnchor.of(root.certificate)
    anchors, intermediates = [anchor], [issuer.certificate, rogue.certificate]
    if known_by_figures:
        anchors.append(evolve(TrustAnchor.of(other.certificate), root=anchor))
    else:
        intermediates.append(other.certificate)
    lists = [
        crl(root, *([other.certificate] if revoked else [])),
        crl(issuer, leaf.certificate, at=make.AT - 2 * DAY),
        crl(rogue),
        crl(other),
    ]
    with pytest.raises(RevokedError) as caught:
        TrustStore(anchors).verify(
            leaf.certificate,
            make.AT,
            intermediates=intermediates,
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=lists),
        )
    assert caught.value.fingerprint == leaf.certificate.fingerprint()


def test_an_issuer_of_lists_is_refused_when_the_authority_above_it_was_revoked(make):
    """Appointed by the certificate, certified by an authority that is known by its figures."""
    root = make.issue("Root")
    issuer, other = make.issue("Authority A", root), make.issue("Authority B", root)
    signer = make.issue("List issuer", other, ca=False, usage=None, extensions=())
    point = encode.sequence(encode.context(2, encode.context(4, signer.subject)))
    points = make.Extension("2.5.29.31", encode.sequence(point))
    leaf = make.issue("Leaf", issuer, ca=False, extensions=(points,))

    def crl(by, *entries: Certificate, indirect: bool = False) -> bytes:
        return FakeAuthority(at=make.AT).crl(
            entries, key=by.key, issuer=by.subject, at=make.AT - DAY, indirect=indirect
        )

    anchor = TrustAnchor.of(root.certificate)
    beside = evolve(TrustAnchor.of(other.certificate), root=anchor)

    def verify(arl: bytes) -> None:
        TrustStore([anchor, beside]).verify(
            leaf.certificate,
            make.AT,
            intermediates=[issuer.certificate, signer.certificate],
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=[arl, crl(signer, indirect=True), crl(other)]),
        )

    verify(crl(root))
    with pytest.raises(RevocationUnknownError, match="not to be believed"):
        verify(crl(root, other.certificate))
