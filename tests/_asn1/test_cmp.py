# SPDX-License-Identifier: Apache-2.0
"""CMP messages: written, read, damaged, and read by pyasn1 with the module of RFC 4210."""

from __future__ import annotations

import unicodedata

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import decoder, encoder
from pyasn1_modules import rfc2511, rfc4210

from kcert._asn1 import cmp, der, encode
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.bounded import open_sequence
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse, KeyRecRepContent
from kcert._asn1.cmp_exchange import (
    CertConfirmContent,
    CertStatus,
    ErrorMsgContent,
    GenMsgContent,
    PollRep,
    PollRepContent,
    PollReqContent,
)
from kcert._asn1.cmp_header import InfoTypeAndValue, PKIHeader
from kcert._asn1.cmp_revocation import RevDetails, RevRepContent, RevReqContent
from kcert._asn1.cmp_status import FAILURES, STATUSES, PKIStatusInfo
from kcert._asn1.crmf import CertId, CertReqMessages, CertReqMsg, CertRequest, CertTemplate
from kcert._asn1.crmf_proof import (
    PKMACValue,
    POPOSigningKey,
    POPOSigningKeyInput,
    ProofOfPossession,
)
from kcert._asn1.der import Reader
from kcert._asn1.general_name import NULL_DN, directory_name, read_directory_name
from kcert._asn1.pbm import PBMAC1Parameters, PBMParameter
from kcert.errors import FormatError, KcertError, LimitError
from kcert.testing import FakeAuthority, assert_clear_error
from kcert.testing.keypool import shared_keys
from kcert.testing.strategies import moments, mutations, oids

KEY_INFO = shared_keys.key("requested", 2048).public_key_info


def optional(strategy):
    return st.none() | strategy


def some(strategy, least=0):
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


octets = st.binary(max_size=40)
# pyasn1 writes -128, -32768 and so on with an octet too many.
_PADDED = {-(1 << 8 * size - 1) for size in range(1, 9)}
numbers = st.integers(-(2**70), 2**70).filter(lambda number: number not in _PADDED)
texts = some(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
        # As strings are read everywhere in the house.
        lambda text: unicodedata.normalize("NFC", text)
    )
)
values = octets.map(encode.octet_string)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: encode.sequence(
        encode.set_of([encode.sequence(encode.oid("2.5.4.3"), encode.utf8_string(text))])
    )
)
general_names = names.map(directory_name) | st.sampled_from(
    [NULL_DN, encode.context(1, b"a@b.kr", constructed=False)]
)
algorithms = st.builds(
    AlgorithmIdentifier, oids(), st.sampled_from([None, NULL_PARAMETERS]) | values
)
attributes = st.builds(InfoTypeAndValue, oids(), values)
infos = st.builds(InfoTypeAndValue, oids(), optional(values))
sequences = octets.map(lambda content: encode.sequence(encode.octet_string(content)))
certificates = st.just(FakeAuthority("yessign").certificate.der)
headers = st.builds(
    PKIHeader,
    version=st.integers(0, 3),
    sender=general_names,
    recipient=general_names,
    message_time=optional(moments().map(lambda moment: moment.replace(microsecond=0))),
    protection_algorithm=optional(algorithms),
    sender_key_id=optional(octets),
    recipient_key_id=optional(octets),
    transaction_id=optional(octets),
    sender_nonce=optional(octets),
    recipient_nonce=optional(octets),
    free_text=texts,
    general_info=some(infos),
)
bodies = st.builds(PKIBody, st.sampled_from(BodyType), sequences)
messages = st.builds(
    PKIMessage, headers, bodies, optional(octets), extra_certificates=some(certificates)
)
statuses = st.builds(
    PKIStatusInfo,
    st.sampled_from(STATUSES),
    texts,
    st.sets(st.sampled_from(FAILURES)).map(lambda found: tuple(f for f in FAILURES if f in found)),
)
templates = st.builds(
    CertTemplate,
    version=optional(st.integers(0, 2)),
    serial_number=optional(numbers),
    signing_algorithm=optional(algorithms),
    issuer=optional(names),
    validity=optional(sequences),
    subject=optional(names),
    public_key=optional(st.just(KEY_INFO)),
    unique_ids=st.tuples(optional(octets), optional(octets)),
    extensions=optional(sequences),
)
mac_values = st.builds(PKMACValue, algorithms, octets)
key_inputs = st.builds(POPOSigningKeyInput, general_names | mac_values, st.just(KEY_INFO))
proofs = st.one_of(
    st.builds(
        ProofOfPossession, st.builds(POPOSigningKey, algorithms, octets, optional(key_inputs))
    ),
    st.just(ProofOfPossession()),
    octets.map(
        lambda content: ProofOfPossession(
            encoded=encode.context(2, encode.value(der.context(0, constructed=False), content))
        )
    ),
)
cert_ids = st.builds(CertId, names, numbers)
requests = st.builds(
    CertReqMsg,
    st.builds(CertRequest, numbers, templates, some(attributes)),
    optional(proofs),
    some(attributes),
)
responses = st.builds(
    CertResponse,
    numbers,
    statuses,
    certificates,
    st.none(),
    optional(values),
    optional(values),
    optional(octets),
) | st.builds(CertResponse, numbers, statuses, st.none(), optional(values))

CONTENTS = {
    CertReqMessages: (st.builds(CertReqMessages, some(requests, 1)), rfc2511.CertReqMessages()),
    CertRepMessage: (
        st.builds(CertRepMessage, some(responses, 1), some(certificates)),
        rfc4210.CertRepMessage(),
    ),
    KeyRecRepContent: (
        st.builds(
            KeyRecRepContent, statuses, optional(certificates), some(certificates), some(values)
        ),
        rfc4210.KeyRecRepContent(),
    ),
    RevReqContent: (
        st.builds(
            RevReqContent, some(st.builds(RevDetails, templates, optional(st.integers(0, 10))), 1)
        ),
        rfc4210.RevReqContent(),
    ),
    RevRepContent: (
        st.builds(RevRepContent, some(statuses, 1), some(cert_ids), some(sequences)),
        rfc4210.RevRepContent(),
    ),
    CertConfirmContent: (
        st.builds(
            CertConfirmContent,
            some(st.builds(CertStatus, octets, numbers, optional(statuses), optional(algorithms))),
        ),
        rfc4210.CertConfirmContent(),
    ),
    PollReqContent: (st.builds(PollReqContent, some(numbers, 1)), rfc4210.PollReqContent()),
    PollRepContent: (
        st.builds(
            PollRepContent, some(st.builds(PollRep, numbers, st.integers(0, 2**31), texts), 1)
        ),
        rfc4210.PollRepContent(),
    ),
    ErrorMsgContent: (
        st.builds(
            ErrorMsgContent,
            statuses,
            optional(numbers.filter(lambda code: abs(code) < 2**62)),
            texts,
        ),
        rfc4210.ErrorMsgContent(),
    ),
    GenMsgContent: (st.builds(GenMsgContent, some(infos)), rfc4210.GenMsgContent()),
}
contents = pytest.mark.parametrize("kind", CONTENTS, ids=lambda kind: kind.__name__)


def assert_read_or_refused(kind, damaged):
    try:
        kind.load(damaged)
    except KcertError as error:
        assert_clear_error(error, (FormatError, LimitError))


@given(messages)
def test_a_message_is_read_as_it_was_written(message):
    encoded = message.encode()
    read = PKIMessage.load(encoded)

    assert read == message
    assert read.encode() == encoded
    assert read.protected_part == message.protected_part


@given(messages, octets)
def test_what_is_protected_are_the_octets_that_came(message, protection):
    sealed = message.with_protection(protection)
    fields = open_sequence(sealed.encode(), "message")
    came = fields.read_encoded() + fields.read_encoded()

    assert PKIMessage.load(sealed.encode()).protected_part == encode.sequence(came)


@contents
def test_a_body_is_read_as_it_was_written(kind):
    @given(CONTENTS[kind][0])
    def check(content):
        encoded = content.encode()
        assert kind.load(encoded) == content
        assert kind.load(encoded).encode() == encoded

    check()


def _known_to_pyasn1(content):
    """Without what pyasn1-modules 0.4 reads as another type: their values here are made up."""
    match content:
        case CertReqMessages(messages):
            return evolve(content, messages=tuple(map(_plain_request, messages)))
        case RevReqContent(details):
            return evolve(
                content,
                details=tuple(evolve(one, template=_plain(one.template)) for one in details),
            )
        case CertConfirmContent(statuses):
            return evolve(
                content, statuses=tuple(evolve(one, hash_algorithm=None) for one in statuses)
            )
        case CertRepMessage(responses):
            return evolve(
                content,
                responses=tuple(
                    evolve(one, encrypted_certificate=None, private_key=None, publication_info=None)
                    for one in responses
                ),
            )
        case KeyRecRepContent():
            return evolve(content, history=())
        case RevRepContent():
            return evolve(content, certificates=(), crls=())
    return content


def _plain(template):
    return evolve(template, validity=None, unique_ids=(None, None), extensions=None)


def _plain_request(message):
    proof = message.proof
    if proof is not None and proof.encoded is not None:
        proof = None
    elif proof is not None and proof.signature is not None:
        key_input = proof.signature.input
        if key_input is not None and isinstance(key_input.authentication, bytes):
            proof = evolve(proof, signature=evolve(proof.signature, input=None))
    request = evolve(message.request, template=_plain(message.request.template))
    return evolve(message, request=request, proof=proof)


@contents
def test_pyasn1_writes_what_it_read_from_kcert_as_kcert_wrote_it(kind):
    strategy, spec = CONTENTS[kind]

    @given(strategy.map(_known_to_pyasn1))
    def check(content):
        encoded = content.encode()
        theirs, rest = decoder.decode(encoded, asn1Spec=spec)
        assert not rest
        assert encoder.encode(theirs) == encoded

    check()


@given(messages.filter(lambda message: not message.extra_certificates))
def test_pyasn1_reads_the_same_header(message):
    body = PKIBody(BodyType.PKICONF, encode.null())
    message = evolve(message, body=body)
    theirs, rest = decoder.decode(message.encode(), asn1Spec=rfc4210.PKIMessage())
    header = theirs["header"]

    assert not rest
    assert int(header["pvno"]) == message.header.version
    for field, ours in (
        ("senderKID", message.header.sender_key_id),
        ("transactionID", message.header.transaction_id),
        ("senderNonce", message.header.sender_nonce),
        ("recipNonce", message.header.recipient_nonce),
    ):
        assert (bytes(header[field]) if header[field].isValue else None) == ours
    assert encoder.encode(theirs) == message.encode()


@given(messages.flatmap(lambda message: mutations(message.encode())))
def test_a_damaged_message_is_read_or_refused_with_a_clear_error(damaged):
    assert_read_or_refused(PKIMessage, damaged)


@contents
def test_a_damaged_body_is_read_or_refused_with_a_clear_error(kind):
    @given(CONTENTS[kind][0].flatmap(lambda content: mutations(content.encode())))
    def check(damaged):
        assert_read_or_refused(kind, damaged)

    check()


def test_a_message_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(LimitError) as caught:
        PKIMessage.load(bytes(cmp.MAX_MESSAGE_SIZE + 1))

    assert caught.value.limit == "size"


@pytest.mark.parametrize(
    ("kind", "member", "maximum"),
    [
        (CertReqMessages, CertReqMsg(CertRequest(0, CertTemplate())).encode(), 32),
        (PollReqContent, encode.sequence(encode.integer(0)), 32),
        (CertConfirmContent, CertStatus(b"", 0).encode(), 32),
        (GenMsgContent, InfoTypeAndValue("1.2.3").encode(), 256),
    ],
)
def test_more_members_than_the_limit_are_refused(kind, member, maximum):
    assert kind.load(encode.sequence(*[member] * maximum))
    with pytest.raises(LimitError):
        kind.load(encode.sequence(*[member] * (maximum + 1)))


def test_an_identifier_over_the_limit_is_refused():
    header = PKIHeader(transaction_id=bytes(1025))

    with pytest.raises(LimitError):
        PKIHeader.read(Reader(header.encode(), "header"))


@pytest.mark.parametrize("bits", [b"\x80\x00\x00\x00\x00\x00", b"\xff\xff\xff\xff\xff"])
def test_failures_that_have_no_name_are_left_out(bits):
    info = encode.sequence(encode.integer(2), encode.bit_string(bits))

    found = PKIStatusInfo.read(Reader(info, "status")).failures

    assert found == (FAILURES if bits[1] else FAILURES[:1])


@pytest.mark.parametrize("number", [-1, 7, 2**80])
def test_a_status_without_a_name_is_refused(number):
    with pytest.raises(FormatError, match="status is unknown"):
        PKIStatusInfo.read(Reader(encode.sequence(encode.integer(number)), "status"))


def test_the_numbers_of_the_failures_are_those_of_the_standard():
    # RFC 4210 appendix F.
    assert FAILURES.index("badPOP") == 9
    assert FAILURES.index("signerNotTrusted") == 20
    assert FAILURES.index("duplicateCertReq") == 26
    named = rfc4210.PKIFailureInfo.namedValues
    for number, name in enumerate(FAILURES):
        assert named.getValue(name) in (None, number)


@given(algorithms, algorithms, octets, st.integers(1, 2**62))
def test_the_parameters_of_a_password_based_mac_are_read_as_they_were_written(
    one, other, salt, iterations
):
    parameters = PBMParameter(salt, one, iterations, other)
    algorithm = AlgorithmIdentifier("1.2.840.113533.7.66.13", parameters.encode())
    theirs, rest = decoder.decode(parameters.encode(), asn1Spec=rfc2511.PBMParameter())

    assert PBMParameter.read(algorithm) == parameters
    assert not rest
    assert int(theirs["iterationCount"]) == iterations
    assert encoder.encode(theirs) == parameters.encode()
    modern = PBMAC1Parameters(one, other)
    assert PBMAC1Parameters.read(AlgorithmIdentifier("1.2", modern.encode())) == modern


def test_parameters_that_are_missing_are_told():
    for kind in (PBMParameter, PBMAC1Parameters):
        with pytest.raises(FormatError, match="are missing"):
            kind.read(AlgorithmIdentifier("1.2.840.113533.7.66.13"))


@pytest.mark.parametrize("name", [b"", b"\xaa\x00", b"\xa4\x00", b"\xa4\x04\x30\x00\x30\x00"])
def test_what_is_no_general_name_is_refused(name):
    header = PKIHeader(sender=name or b"\x30\x00").encode()

    with pytest.raises(FormatError):
        read_directory_name(PKIHeader.read(Reader(header, "header")).sender)
