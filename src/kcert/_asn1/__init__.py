# SPDX-License-Identifier: Apache-2.0
"""ASN.1: structures, strict decoding, caps. The only room that imports pyasn1.

Private: nothing above this room hands its objects to users.
"""
