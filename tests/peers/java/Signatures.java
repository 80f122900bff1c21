// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * BouncyCastle's signed messages behind a pipe.
 *
 * <p>One request a line, in hexadecimal, "-" for nothing: "verify" with message and content where
 * that is detached, or "sign" with key, certificate, algorithms (with commas), options ("detached",
 * "direct", "der"), and content. The answer is one line of hexadecimal, for "verify" the number of
 * signatures that hold and the content, or "error" with the class of the exception.
 */
public final class Signatures {
  private static final HexFormat HEX = HexFormat.of();
  private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

  private Signatures() {}

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      String answer;
      try {
        answer = HEX.formatHex(words[0].equals("verify") ? verify(words) : sign(words));
      } catch (Exception e) {
        answer = "error " + e.getClass().getName();
      }
      System.out.println(answer);
    }
  }

  private static byte[] octets(String word) {
    return word.equals("-") ? new byte[0] : HEX.parseHex(word);
  }

  private static String text(String word) {
    return new String(octets(word), StandardCharsets.US_ASCII);
  }

  private static byte[] verify(String[] words) throws Exception {
    CMSSignedData message =
        words[2].equals("-")
            ? new CMSSignedData(octets(words[1]))
            : new CMSSignedData(new CMSProcessableByteArray(octets(words[2])), octets(words[1]));
    int count = 0;
    for (SignerInformation signer : message.getSignerInfos().getSigners()) {
      count += verify(message, signer);
    }
    byte[] content = (byte[]) message.getSignedContent().getContent();
    byte[] answer = new byte[1 + content.length];
    answer[0] = (byte) count;
    System.arraycopy(content, 0, answer, 1, content.length);
    return answer;
  }

  private static int verify(CMSSignedData message, SignerInformation signer) throws Exception {
    @SuppressWarnings("unchecked")
    Collection<X509CertificateHolder> found = message.getCertificates().getMatches(signer.getSID());
    SignerInformationVerifier verifier =
        new JcaSimpleSignerInfoVerifierBuilder().setProvider(BC).build(found.iterator().next());
    int count = signer.verify(verifier) ? 1 : 0;
    for (SignerInformation counter : signer.getCounterSignatures().getSigners()) {
      count += verify(message, counter);
    }
    return count;
  }

  private static byte[] sign(String[] words) throws Exception {
    PrivateKey key =
        KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(octets(words[1])));
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(octets(words[2])));
    String options = text(words[4]);
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    for (String algorithm : text(words[3]).split(",")) {
      ContentSigner signer = new JcaContentSignerBuilder(algorithm).setProvider(BC).build(key);
      JcaSignerInfoGeneratorBuilder builder =
          new JcaSignerInfoGeneratorBuilder(
              new JcaDigestCalculatorProviderBuilder().setProvider(BC).build());
      builder.setDirectSignature(options.contains("direct"));
      generator.addSignerInfoGenerator(builder.build(signer, certificate));
    }
    generator.addCertificate(new JcaX509CertificateHolder(certificate));
    CMSSignedData message =
        generator.generate(
            new CMSProcessableByteArray(octets(words[5])), !options.contains("detached"));
    return options.contains("der") ? message.getEncoded(ASN1Encoding.DER) : message.getEncoded();
  }
}
