// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.crmf.CertReqMsg;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.CertificateRequestMessage;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * BouncyCastle's CMP and CRMF behind a pipe.
 *
 * <p>One request a line, in hexadecimal, "-" for nothing: "mac" with message and secret,
 * "signature" with message and certificate, "proofs" with message and secret: the answer is what
 * holds, "true" or "false", one for each. "confirm-mac" with transaction, nonce and secret, "confirm-signature" with transaction,
 * nonce, key and certificate: the answer is a protected pkiConf. Or "error" and the exception.
 */
public final class ManagementMessages {
  private static final HexFormat HEX = HexFormat.of();
  private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

  private ManagementMessages() {}

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      byte[][] values =
          Arrays.stream(words).skip(1).map(ManagementMessages::octets).toArray(byte[][]::new);
      String answer;
      try {
        answer = answer(words[0], values);
      } catch (Exception e) {
        answer = "error " + e;
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private static byte[] octets(String word) {
    return word.equals("-") ? new byte[0] : HEX.parseHex(word);
  }

  private static String answer(String command, byte[][] values) throws Exception {
    switch (command) {
      case "mac":
        return "" + read(values[0]).verify(macs(), secret(values[1]));
      case "signature":
        return "" + read(values[0]).verify(keyOf(new X509CertificateHolder(values[1])));
      case "proofs":
        return proofs(read(values[0]).getBody(), secret(values[1]));
      case "confirm-mac":
        return HEX.formatHex(
            confirmation(values[0], values[1])
                .build(macs().build(secret(values[2])))
                .toASN1Structure()
                .getEncoded(ASN1Encoding.DER));
      case "confirm-signature":
        return HEX.formatHex(
            confirmation(values[0], values[1])
                .addCMPCertificate(new X509CertificateHolder(values[3]))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(key(values[2])))
                .toASN1Structure()
                .getEncoded(ASN1Encoding.DER));
      default:
        throw new IllegalArgumentException(command);
    }
  }

  private static ProtectedPKIMessage read(byte[] message) throws Exception {
    return new ProtectedPKIMessage(new GeneralPKIMessage(message));
  }

  private static PKMACBuilder macs() throws Exception {
    return new PKMACBuilder(new JcePKMACValuesCalculator().setProvider(BC));
  }

  private static char[] secret(byte[] octets) {
    return new String(octets, StandardCharsets.UTF_8).toCharArray();
  }

  private static ContentVerifierProvider keyOf(X509CertificateHolder certificate)
      throws Exception {
    return new JcaContentVerifierProviderBuilder().setProvider(BC).build(certificate);
  }

  private static PrivateKey key(byte[] pkcs8) throws Exception {
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static String proofs(PKIBody body, char[] secret) throws Exception {
    StringBuilder found = new StringBuilder();
    for (CertReqMsg message : CertReqMessages.getInstance(body.getContent()).toCertReqMsgArray()) {
      CertificateRequestMessage request = new CertificateRequestMessage(message);
      ContentVerifierProvider verifier =
          new JcaContentVerifierProviderBuilder()
              .setProvider(BC)
              .build(request.getCertTemplate().getPublicKey());
      boolean holds =
          secret.length == 0
              ? request.isValidSigningKeyPOP(verifier)
              : request.isValidSigningKeyPOP(verifier, macs(), secret);
      found.append(holds).append(' ');
    }
    return found.toString().trim();
  }

  private static ProtectedPKIMessageBuilder confirmation(byte[] transaction, byte[] nonce) {
    GeneralName nobody = new GeneralName(new X500Name("CN=BouncyCastle"));
    return new ProtectedPKIMessageBuilder(nobody, nobody)
        .setTransactionID(transaction)
        .setRecipNonce(nonce)
        .setSenderNonce(BigInteger.valueOf(7).toByteArray())
        .setMessageTime(new Date())
        .setBody(new PKIBody(PKIBody.TYPE_CONFIRM, DERNull.INSTANCE));
  }
}
