# SPDX-License-Identifier: Apache-2.0
"""The figures of the Korean authorities, and real certificates held against them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kcert import (
    ExpiredError,
    PolicyError,
    PolicySet,
    Purpose,
    TrustStore,
    UntrustedIssuerError,
    WeakAlgorithmError,
    Weakness,
)
from kcert._asn1.der import Reader
from kcert.certificate import Certainty, Certificate, Usage
from kcert.formats.npki import load_ca_certificates
from kcert.trust import Family, compare_figures, known_authorities

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "compare_authorities.py"
ROOT_4_IN = datetime(2026, 6, 1, tzinfo=UTC)

# Root by the authority under it, as the table of authorities' certificates has it.
ROOTS = {
    "KISA RootCA 1": ["CrossCert Certificate Authority", "TradeSignCA"],
    "KISA RootCA 4": [
        "CrossCertCA2", "SignKorea CA2", "yessignCA Class 1", "TradeSignCA2", "signGATE CA4",
        "yessignCA Class 2", "signGATE CA5", "CrossCertCA3", "TradeSignCA3", "SignKorea CA3",
        "yessignCA Class 3", "SignKorea CA4", "TradeSignCA4", "signGATE CA6", "CrossCertCA4",
    ],
    "KISA RootCA 5": [
        "CrossCertCA5", "SignKorea CA5", "TradeSignCA5", "signGATE CA7", "yessignCA Class 4",
    ],
}  # fmt: skip
TEST_ROOTS = {
    "Kisa Test RootCA 6": ["TradeSignCA2015Test"],
    "Kisa Test RootCA 7": [
        "yessignCA-Test Class 4", "TradeSignCA2018Test", "signGATE FTCA06",
        "yessignCA-Test Class 5",
    ],
}  # fmt: skip
RESPONDERS = [
    "CrossCertOCSP3", "CrossCertTSA3", "SignGATEOCSP05", "SignGATETSA05", "SignGATETSA06",
    "TradeSignOCSP3", "TradeSignOCSP4", "TradeSignTSA2", "TradeSignTSA4",
]  # fmt: skip


@pytest.fixture(scope="module")
def real(shared_data) -> dict[str, Certificate]:
    """The real authorities' certificates at hand, by CN."""
    found = {}
    for file in (shared_data / "ca").glob("*.der"):
        if "spki" not in file.name:
            certificate = Certificate.load(file.read_bytes())
            found[certificate.subject.common_name] = certificate
    return found


def rows(*families: Family):
    return [figures for family in families for figures in known_authorities(family)]


ALL = rows(*Family)


def test_the_table_has_the_hierarchy():
    for family, roots in ((Family.JOINT, ROOTS), (Family.TEST, TEST_ROOTS)):
        found = {figures.name: [] for figures in known_authorities(family) if figures.is_root}
        for figures in known_authorities(family):
            if not figures.is_root:
                found[figures.issuer.common_name].append(figures.name)
        assert {root: sorted(names) for root, names in found.items()} == {
            root: sorted(names) for root, names in roots.items()
        }
    (government,) = known_authorities(Family.GOVERNMENT)
    assert government.name == "GPKIRootCA1"
    assert government.certainty is Certainty.SINGLE


@pytest.mark.parametrize("figures", ALL, ids=lambda figures: figures.name)
def test_every_row_is_sound_in_itself(figures):
    key = Reader(figures.public_key_info, "key").sequence()
    key.skip()
    assert hashlib.sha1(key.bit_string()[0]).digest() == figures.key_identifier
    assert figures.sources
    assert figures.is_root or figures.require_explicit_policy == 0
    if figures.name == "KISA RootCA 5":
        assert figures.fingerprint is None
        assert figures.validity is None
        assert figures.note
    else:
        assert len(bytes.fromhex(figures.fingerprint)) == 32
        assert figures.validity.not_before < figures.validity.not_after


def test_names_keys_and_fingerprints_occur_once():
    for facts in (
        [figures.subject.match_key for figures in ALL],
        [figures.public_key_info for figures in ALL],
        [figures.fingerprint for figures in ALL],
    ):
        assert len(set(facts)) == len(facts)


def test_no_certificate_is_part_of_the_project():
    data = ROOT / "src" / "kcert" / "trust" / "data"

    assert {file.suffix for file in data.iterdir()} == {".toml"}
    for file in data.iterdir():
        assert "CERTIFICATE" not in file.read_text("utf-8")


def test_the_figures_agree_with_the_certificates_at_hand(real):
    compared = list(compare_figures(real.values()))

    assert not [(c.figures.name, c.differences) for c in compared if c.differences]
    agreed = {c.figures.name for c in compared if c.figures}
    assert agreed == {figures.name for figures in ALL} - {"KISA RootCA 5"}
    strangers = {c.certificate.subject.common_name for c in compared if c.figures is None}
    assert strangers == {"CrossCert Device CA", "SignGATE Device CA-0101", "SignGATE ECDSA CA"}


def test_a_certificate_that_differs_is_reported(make):
    (row,) = (figures for figures in ALL if figures.name == "KISA RootCA 4")
    impostor = make.issue(row.subject.der, serial_number=row.serial_number)

    (comparison,) = compare_figures([impostor.certificate])

    assert comparison.figures == row
    found = {difference.partition(":")[0] for difference in comparison.differences}
    assert found == {"public_key", "key_identifier", "validity", "sha256", "signature"}


def test_the_tool_compares_folders_and_lists(shared_data, tmp_path):
    def run(*arguments) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(TOOL), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    done = run(shared_data / "ca")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "KISA RootCA 4" in done.stdout
    assert done.stdout.endswith(" 0 differ\n")
    done = run(shared_data / "ca" / "lists" / "CaPubs_All")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "yessignCA Class 3" in done.stdout
    (tmp_path / "note.txt").write_text("nothing here")
    assert run(tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("root", "name"), [(root, name) for root, names in ROOTS.items() for name in names]
)
def test_real_authorities_chain_to_their_root(real, root, name):
    certificate = real[name]
    trust = TrustStore.korea()
    first, last = certificate.validity.not_before, certificate.validity.not_after
    weak = {Weakness.SHA1} if root == "KISA RootCA 1" else set()

    for at in (first, last):
        path = trust.verify(certificate, at, purpose=Purpose.ISSUING, allow_weak=weak)
        assert path.root.name == path.anchor.name == root
        assert path.certificates == (certificate,)
        assert bool(path.weak_parts) == bool(weak)
    with pytest.raises(ExpiredError):
        trust.verify(certificate, last + timedelta(seconds=1), allow_weak=weak)
    if weak:
        with pytest.raises(WeakAlgorithmError):
            trust.verify(certificate, first)


@pytest.mark.parametrize("name", RESPONDERS)
def test_real_responders_chain_to_the_root_and_not_to_their_authority(real, name):
    certificate = real[name]
    path = TrustStore.korea().verify(certificate, certificate.validity.not_before)

    assert path.anchor.name == "KISA RootCA 4"
    assert path.policies == {"1.2.410.200004.2.1"}


@pytest.mark.parametrize(
    ("root", "name"), [(root, name) for root, names in TEST_ROOTS.items() for name in names]
)
def test_test_authorities_are_believed_only_when_asked_for(real, root, name):
    certificate = real[name]
    at = certificate.validity.not_before

    path = TrustStore.korea().including_test().verify(certificate, at)
    assert path.root.name == root
    for trust in (TrustStore.korea(), TrustStore.korea().including_government()):
        with pytest.raises(UntrustedIssuerError):
            trust.verify(certificate, at, intermediates=real.values())


def test_device_authorities_are_not_believed(real):
    trust = TrustStore.korea().including_government().including_test()
    for name in ("CrossCert Device CA", "SignGATE Device CA-0101", "SignGATE ECDSA CA"):
        with pytest.raises(UntrustedIssuerError):
            trust.verify(real[name], datetime(2015, 1, 1, tzinfo=UTC), allow_weak=Weakness)


def test_the_government_root_is_believed_only_when_asked_for(real):
    root = real["GPKIRootCA1"]

    assert TrustStore.government().verify(root, ROOT_4_IN).anchor.name == "GPKIRootCA1"
    assert TrustStore.korea().including_government().anchor_of(root)
    with pytest.raises(UntrustedIssuerError):
        TrustStore.korea().verify(root, ROOT_4_IN)


def test_an_authoritys_certificate_is_known_by_fingerprint_or_key(real):
    trust = TrustStore.korea()

    for name in ("KISA RootCA 1", "KISA RootCA 4", "yessignCA Class 3", "SignKorea CA5"):
        anchor = trust.anchor_of(real[name])
        assert anchor.name == name
        assert anchor.figures.is_of(real[name])
        assert anchor.fingerprint() == real[name].fingerprint()
    assert trust.anchor_of(real["Kisa Test RootCA 7"]) is None


FIXTURES = {
    "yessign-test/signCert.der": ("yessignCA-Test Class 4", "1.2.410.200005.1.1.4"),
    "kica-test/ispSignCert.der": ("signGATE FTCA06", "1.2.410.200004.2.202"),
    "kica-test/ispKmCert.der": ("signGATE FTCA06", "1.2.410.200004.2.202"),
}


@pytest.mark.parametrize("file", FIXTURES)
def test_real_leaves_verify_with_the_certificate_of_their_authority_and_without(
    shared_data, real, file
):
    leaf = Certificate.load((shared_data / "fixtures" / file).read_bytes())
    name, policy = FIXTURES[file]
    trust = TrustStore.korea().including_test()
    at = leaf.validity.not_before

    with_certificate = trust.verify(leaf, at, intermediates=[real[name]])
    assert with_certificate.certificates == (leaf, real[name])
    assert with_certificate.anchor.name == "Kisa Test RootCA 7"

    known_by_key = trust.verify(leaf, at)
    assert known_by_key.certificates == (leaf,)
    assert known_by_key.anchor.name == name
    assert not known_by_key.anchor.is_root
    assert known_by_key.root == with_certificate.root
    assert known_by_key.policies == with_certificate.policies == {policy}

    with pytest.raises(UntrustedIssuerError):
        TrustStore.korea().verify(leaf, at, intermediates=real.values())
    with pytest.raises(ExpiredError):
        trust.verify(leaf, leaf.validity.not_after + timedelta(seconds=1))


def test_a_real_bank_certificate_is_accepted_by_a_bank_and_not_for_tax_invoices(shared_data):
    leaf = Certificate.load((shared_data / "fixtures/yessign-test/signCert.der").read_bytes())
    trust = TrustStore.korea().including_test()
    at = leaf.validity.not_before

    path = trust.verify(leaf, at, policies=PolicySet.banking(), purpose=Purpose.SIGNATURE)
    assert path.policies == {"1.2.410.200005.1.1.4"}
    for refused in (PolicySet.e_tax(), PolicySet.of(usages={Usage.SECURITIES})):
        with pytest.raises(PolicyError):
            trust.verify(leaf, at, policies=refused)


def test_a_list_of_authorities_serves_as_intermediates(shared_data, real):
    listed = load_ca_certificates((shared_data / "ca/lists/CaPubs_All").read_bytes())
    leaf = Certificate.load((shared_data / "fixtures/yessign-test/signCert.der").read_bytes())

    path = TrustStore([real["Kisa Test RootCA 7"]]).verify(
        leaf, leaf.validity.not_before, intermediates=listed
    )
    assert path.certificates == (leaf, real["yessignCA-Test Class 4"])


def test_figures_do_not_stand_in_for_a_certificate_that_is_at_hand_and_refused(make):
    # An authority's certificate with an unknown critical extension must not be bypassed by its key.
    from attrs import evolve

    from kcert.errors import TrustError
    from kcert.trust import TrustAnchor

    root = make.issue("Root")
    unknown = make.Extension("1.2.3.4.5", b"\x05\x00", critical=True)
    authority = make.issue("Authority 8", root, extensions=(unknown,))
    leaf = make.issue("Leaf", authority, ca=False, extensions=(make.policies("1.2.3"),))
    template = next(figures for figures in ALL if figures.name == "yessignCA Class 3")
    figures = evolve(
        template,
        subject=authority.certificate.subject,
        issuer=root.certificate.subject,
        public_key_info=authority.certificate.public_key_info,
        validity=authority.certificate.validity,
        fingerprint=None,
    )
    anchor = TrustAnchor.of(root.certificate)
    trust = TrustStore([anchor, TrustAnchor.known(figures, anchor)])

    assert trust.verify(leaf.certificate, make.AT).anchor.figures == figures
    with pytest.raises(TrustError, match=r"1\.2\.3\.4\.5"):
        trust.verify(leaf.certificate, make.AT, intermediates=[authority.certificate])
    # Known by its key, it needs a policy, as its certificate would ask.
    without = make.issue("Leaf", authority, ca=False)
    with pytest.raises(PolicyError):
        trust.verify(without.certificate, make.AT)
    # And its root must be valid too.
    late = evolve(anchor, validity=make.issue("Root", not_after=make.AT).certificate.validity)
    expired = TrustStore([late, TrustAnchor.known(figures, late)])
    with pytest.raises(ExpiredError):
        expired.verify(leaf.certificate, make.AT + timedelta(seconds=1))


def test_revocation_is_asked_about_an_authority_known_by_its_figures_too(shared_data, real):
    from kcert import Revocation, RevocationUnknownError

    leaf = Certificate.load((shared_data / "fixtures/yessign-test/signCert.der").read_bytes())
    authority = real["yessignCA-Test Class 4"]
    asked = []

    class Recorder:
        def check(self, certificate, issuer, context):
            asked.append((certificate, issuer, context))
            raise RevocationUnknownError("only asking", "묻기만 합니다")

    trust = TrustStore.korea().including_test().checking(Recorder())
    path = trust.verify(leaf, leaf.validity.not_before, revocation=Revocation.CHECK_IF_AVAILABLE)

    (about_authority, root, _), (about_leaf, issuer, context) = asked
    assert about_leaf == leaf
    assert issuer == about_authority == path.anchor
    assert issuer.public_key_info == authority.public_key_info
    for fact in ("serial_number", "issuer", "subject", "is_ca", "crl_distribution_points",
                 "ocsp_urls", "key_usage", "subject_key_identifier"):  # fmt: skip
        assert getattr(about_authority, fact) == getattr(authority, fact), fact
    assert about_authority.fingerprint() == authority.fingerprint()
    assert about_authority.extension("2.5.29.31") is None
    assert root == path.root
    assert root.serial_number == real["Kisa Test RootCA 7"].serial_number
    assert root.issuer == root.subject
    assert root.key_usage is None
    assert context.issuers == ()
    assert [status.unknown for status in path.revocation] == ["only asking"] * 2
    # A path for a CRL signer or responder ends at the same root, and is not asked about.
    assert context.validate(authority).anchor == path.root
    with pytest.raises(UntrustedIssuerError):
        context.validate(real["yessignCA Class 2"])
    with pytest.raises(RevocationUnknownError):
        trust.verify(leaf, leaf.validity.not_before, revocation=Revocation.REQUIRE)
