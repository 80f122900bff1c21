// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OutputAEADEncryptor;

/**
 * BouncyCastle's encrypted messages behind a pipe.
 *
 * <p>One request a line, in hexadecimal: "open" with key and message, or "seal" with certificate,
 * cipher, "01" for OAEP, "01" for the key identifier, and content. The answer is one line of
 * hexadecimal, or "error" with the class of the exception.
 */
public final class Envelopes {
  private static final HexFormat HEX = HexFormat.of();
  private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

  private Envelopes() {}

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      String answer;
      try {
        answer = HEX.formatHex(words[0].equals("open") ? open(words) : seal(words));
      } catch (Exception e) {
        answer = "error " + e.getClass().getName();
      }
      System.out.println(answer);
    }
  }

  private static byte[] open(String[] words) throws Exception {
    PrivateKey key =
        KeyFactory.getInstance("RSA", BC)
            .generatePrivate(new PKCS8EncodedKeySpec(HEX.parseHex(words[1])));
    byte[] message = HEX.parseHex(words[2]);
    RecipientInformationStore recipients;
    boolean authenticated = false;
    try {
      recipients = new CMSEnvelopedData(message).getRecipientInfos();
    } catch (Exception e) {
      recipients = new CMSAuthEnvelopedData(message).getRecipientInfos();
      authenticated = true;
    }
    RecipientInformation first = recipients.getRecipients().iterator().next();
    return first.getContent(
        authenticated
            ? new JceKeyTransAuthEnvelopedRecipient(key).setProvider(BC)
            : new JceKeyTransEnvelopedRecipient(key).setProvider(BC));
  }

  private static byte[] seal(String[] words) throws Exception {
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509", BC)
                .generateCertificate(new ByteArrayInputStream(HEX.parseHex(words[1])));
    ASN1ObjectIdentifier cipher =
        new ASN1ObjectIdentifier(new String(HEX.parseHex(words[2]), "US-ASCII"));
    boolean oaep = words[3].equals("01");
    byte[] identifier =
        new JcaX509ExtensionUtils()
            .createSubjectKeyIdentifier(certificate.getPublicKey())
            .getKeyIdentifier();
    AlgorithmIdentifier algorithm =
        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, new RSAESOAEPparams());
    JceKeyTransRecipientInfoGenerator recipient;
    if (words[4].equals("01")) {
      recipient =
          oaep
              ? new JceKeyTransRecipientInfoGenerator(
                  identifier, algorithm, certificate.getPublicKey())
              : new JceKeyTransRecipientInfoGenerator(identifier, certificate.getPublicKey());
    } else {
      recipient =
          oaep
              ? new JceKeyTransRecipientInfoGenerator(certificate, algorithm)
              : new JceKeyTransRecipientInfoGenerator(certificate);
    }
    recipient.setProvider(BC);
    CMSProcessableByteArray content = new CMSProcessableByteArray(HEX.parseHex(words[5]));
    JceCMSContentEncryptorBuilder encryptor =
        new JceCMSContentEncryptorBuilder(cipher).setProvider(BC);
    if (cipher.on(NISTObjectIdentifiers.aes) && cipher.getId().matches(".*\\.(6|26|46)")) {
      CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
      generator.addRecipientInfoGenerator(recipient);
      return generator.generate(content, (OutputAEADEncryptor) encryptor.build()).getEncoded();
    }
    CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
    generator.addRecipientInfoGenerator(recipient);
    return generator.generate(content, encryptor.build()).getEncoded();
  }
}
