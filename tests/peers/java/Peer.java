// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.kisa.KISAObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/**
 * BouncyCastle, and the JDK's own PKCS12 keystore, behind a pipe.
 *
 * <p>One request a line: a command and its arguments in hexadecimal, "-" for an empty one. The
 * answer is any number of lines of words, then a line "." or "error" with the class of the
 * exception.
 */
public final class Peer {
  private static final HexFormat HEX = HexFormat.of();
  private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

  private final PrintStream out;

  private Peer(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    Peer peer = new Peer(new PrintStream(System.out, true, StandardCharsets.US_ASCII));
    String line = in.readLine();
    while (line != null) {
      peer.answer(line);
      line = in.readLine();
    }
  }

  private void answer(String line) {
    String[] words = line.split(" ");
    List<byte[]> values = new ArrayList<>();
    for (String word : Arrays.asList(words).subList(1, words.length)) {
      values.add(word.equals("-") ? new byte[0] : HEX.parseHex(word));
    }
    try {
      switch (words[0]) {
        case "open-pfx" -> openPfx(values.get(0), password(values.get(1)));
        case "write-pfx" -> writePfx(values);
        case "open-keystore" -> openKeystore(values);
        case "write-keystore" -> writeKeystore(values);
        case "open-pem" -> openPem(text(values.get(0)), password(values.get(1)));
        case "write-pem" -> writePem(values);
        case "sign" -> sign(values.get(0), values.get(1));
        default -> throw new IllegalArgumentException(words[0]);
      }
      out.println(".");
    } catch (Exception error) {
      String message = String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
      out.println("error " + error.getClass().getName() + " " + message);
    }
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  private static char[] password(byte[] value) {
    return text(value).toCharArray();
  }

  private void tell(String kind, byte[]... values) {
    StringBuilder line = new StringBuilder(kind);
    for (byte[] value : values) {
      line.append(' ').append(value.length == 0 ? "-" : HEX.formatHex(value));
    }
    out.println(line);
  }

  // PKCS#12, bag by bag.

  private void openPfx(byte[] file, char[] password) throws Exception {
    PKCS12PfxPdu pfx = new PKCS12PfxPdu(file);
    if (pfx.hasMac()
        && !pfx.isMacValid(
            new JcePKCS12MacCalculatorBuilderProvider().setProvider(BC), password)) {
      throw new SecurityException("MAC");
    }
    InputDecryptorProvider decryptor =
        new JcePKCSPBEInputDecryptorProviderBuilder().setProvider(BC).build(password);
    for (ContentInfo content : pfx.getContentInfos()) {
      PKCS12SafeBagFactory bags =
          content.getContentType().equals(PKCSObjectIdentifiers.encryptedData)
              ? new PKCS12SafeBagFactory(content, decryptor)
              : new PKCS12SafeBagFactory(content);
      for (PKCS12SafeBag bag : bags.getSafeBags()) {
        byte[] identifier = attribute(bag, PKCS12SafeBag.localKeyIdAttribute);
        byte[] name = attribute(bag, PKCS12SafeBag.friendlyNameAttribute);
        Object value = bag.getBagValue();
        if (value instanceof X509CertificateHolder certificate) {
          tell("certificate", certificate.getEncoded(), identifier, name);
        } else if (value instanceof PKCS8EncryptedPrivateKeyInfo locked) {
          PrivateKeyInfo key = locked.decryptPrivateKeyInfo(decryptor);
          tell("key", key.getEncoded(), identifier, name);
        } else if (value instanceof PrivateKeyInfo key) {
          tell("key", key.getEncoded(), identifier, name);
        }
      }
    }
  }

  private static byte[] attribute(PKCS12SafeBag bag, ASN1ObjectIdentifier type) {
    Attribute[] attributes = bag.getAttributes();
    for (Attribute attribute : attributes == null ? new Attribute[0] : attributes) {
      if (attribute.getAttrType().equals(type)) {
        ASN1Encodable value = attribute.getAttributeValues()[0];
        return value instanceof ASN1OctetString octets
            ? octets.getOctets()
            : ((DERBMPString) value).getString().getBytes(StandardCharsets.UTF_8);
      }
    }
    return new byte[0];
  }

  private static OutputEncryptor lock(String algorithm, char[] password) throws Exception {
    ASN1ObjectIdentifier oid =
        switch (algorithm) {
          case "3des" -> PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC;
          case "rc2-40" -> PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC;
          case "rc2-128" -> PKCSObjectIdentifiers.pbeWithSHAAnd128BitRC2_CBC;
          case "aes-128" -> NISTObjectIdentifiers.id_aes128_CBC;
          case "aes-256" -> NISTObjectIdentifiers.id_aes256_CBC;
          case "seed" -> KISAObjectIdentifiers.id_seedCBC;
          default -> throw new IllegalArgumentException(algorithm);
        };
    return new JcePKCSPBEOutputEncryptorBuilder(oid).setProvider(BC).build(password);
  }

  // encoding, key lock, certificate lock, MAC hash, password, name, then key and certificate pairs.
  private void writePfx(List<byte[]> values) throws Exception {
    String encoding = text(values.get(0));
    String keyLock = text(values.get(1));
    String certificateLock = text(values.get(2));
    String macHash = text(values.get(3));
    char[] password = password(values.get(4));
    DERBMPString name = new DERBMPString(text(values.get(5)));
    List<PKCS12SafeBag> keys = new ArrayList<>();
    List<PKCS12SafeBag> certificates = new ArrayList<>();
    for (int at = 6; at + 1 < values.size(); at += 2) {
      PrivateKeyInfo key = PrivateKeyInfo.getInstance(values.get(at));
      DEROctetString identifier = new DEROctetString(new byte[] {(byte) at});
      PKCS12SafeBagBuilder keyBag =
          keyLock.equals("none")
              ? new PKCS12SafeBagBuilder(key)
              : new PKCS12SafeBagBuilder(key, lock(keyLock, password));
      keyBag.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, name);
      keyBag.addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, identifier);
      keys.add(keyBag.build());
      PKCS12SafeBagBuilder bag =
          new PKCS12SafeBagBuilder(new X509CertificateHolder(values.get(at + 1)));
      bag.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, name);
      bag.addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, identifier);
      certificates.add(bag.build());
    }
    if (values.size() % 2 == 1) {
      byte[] issuer = values.get(values.size() - 1);
      certificates.add(new PKCS12SafeBagBuilder(new X509CertificateHolder(issuer)).build());
    }
    PKCS12PfxPduBuilder builder = new PKCS12PfxPduBuilder();
    PKCS12SafeBag[] bags = certificates.toArray(new PKCS12SafeBag[0]);
    if (certificateLock.equals("none")) {
      for (PKCS12SafeBag bag : bags) {
        builder.addData(bag);
      }
    } else {
      builder.addEncryptedData(lock(certificateLock, password), bags);
    }
    for (PKCS12SafeBag bag : keys) {
      builder.addData(bag);
    }
    PKCS12PfxPdu pfx =
        switch (macHash) {
          case "none" -> builder.build(null, null);
          case "sha1" -> builder.build(new BcPKCS12MacCalculatorBuilder(), password);
          case "sha256" ->
              builder.build(
                  new JcePKCS12MacCalculatorBuilder(NISTObjectIdentifiers.id_sha256)
                      .setProvider(BC),
                  password);
          default -> throw new IllegalArgumentException(macHash);
        };
    tell(
        "file",
        encoding.equals("BER")
            ? pfx.getEncoded(ASN1Encoding.BER)
            : pfx.getEncoded(ASN1Encoding.DER));
  }

  // PKCS#12 as a keystore, of BouncyCastle ("BC") or of the JDK ("SunJSSE").

  private void openKeystore(List<byte[]> values) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12", text(values.get(0)));
    char[] password = password(values.get(2));
    store.load(new ByteArrayInputStream(values.get(1)), password);
    for (String alias : Collections.list(store.aliases())) {
      byte[] name = alias.getBytes(StandardCharsets.UTF_8);
      if (store.isKeyEntry(alias)) {
        tell("key", store.getKey(alias, password).getEncoded(), name);
        for (Certificate certificate : store.getCertificateChain(alias)) {
          tell("certificate", certificate.getEncoded(), name);
        }
      } else {
        tell("certificate", store.getCertificate(alias).getEncoded(), name);
      }
    }
  }

  // provider, password, alias, key, then its chain.
  private void writeKeystore(List<byte[]> values) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12", text(values.get(0)));
    char[] password = password(values.get(1));
    store.load(null, null);
    List<Certificate> chain = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (byte[] der : values.subList(4, values.size())) {
      chain.add(factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    store.setKeyEntry(
        text(values.get(2)), key(values.get(3)), password, chain.toArray(new Certificate[0]));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    store.store(file, password);
    tell("file", file.toByteArray());
  }

  // PEM.

  private void openPem(String text, char[] password) throws Exception {
    PEMParser parser = new PEMParser(new StringReader(text));
    for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
      if (item instanceof X509CertificateHolder certificate) {
        tell("certificate", certificate.getEncoded());
      } else if (item instanceof PKCS8EncryptedPrivateKeyInfo locked) {
        InputDecryptorProvider decryptor =
            new JcePKCSPBEInputDecryptorProviderBuilder().setProvider(BC).build(password);
        tell("key", locked.decryptPrivateKeyInfo(decryptor).getEncoded());
      } else if (item instanceof PrivateKeyInfo key) {
        tell("key", key.getEncoded());
      } else if (item instanceof PEMEncryptedKeyPair locked) {
        PEMKeyPair pair =
            locked.decryptKeyPair(
                new JcePEMDecryptorProviderBuilder().setProvider(BC).build(password));
        tell("key", pair.getPrivateKeyInfo().getEncoded());
      } else if (item instanceof PEMKeyPair pair) {
        tell("key", pair.getPrivateKeyInfo().getEncoded());
      } else {
        throw new IllegalArgumentException(item.getClass().getName());
      }
    }
  }

  // form ("pkcs8 <lock>", "traditional <cipher>"), password, key, then certificates.
  private void writePem(List<byte[]> values) throws Exception {
    String[] form = text(values.get(0)).split(" ");
    char[] password = password(values.get(1));
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      PrivateKey key = key(values.get(2));
      if (form[0].equals("pkcs8")) {
        ASN1ObjectIdentifier algorithm =
            switch (form[1]) {
              case "aes-256" -> PKCS8Generator.AES_256_CBC;
              case "3des" -> PKCS8Generator.PBE_SHA1_3DES;
              default -> throw new IllegalArgumentException(form[1]);
            };
        OutputEncryptor encryptor =
            new JceOpenSSLPKCS8EncryptorBuilder(algorithm)
                .setProvider(BC)
                .setRandom(new SecureRandom())
                .setPassword(password)
                .build();
        writer.writeObject(
            new PKCS8Generator(PrivateKeyInfo.getInstance(values.get(2)), encryptor));
      } else if (form.length == 1) {
        writer.writeObject(key);
      } else {
        writer.writeObject(
            new JcaMiscPEMGenerator(
                key, new JcePEMEncryptorBuilder(form[1]).setProvider(BC).build(password)));
      }
      for (byte[] certificate : values.subList(3, values.size())) {
        writer.writeObject(new X509CertificateHolder(certificate));
      }
    }
    tell("file", text.toString().getBytes(StandardCharsets.UTF_8));
  }

  // Signatures.

  private static PrivateKey key(byte[] pkcs8) throws Exception {
    return KeyFactory.getInstance("RSA", BC).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private void sign(byte[] pkcs8, byte[] data) throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA", BC);
    signature.initSign(key(pkcs8));
    signature.update(data);
    tell("signature", signature.sign());
  }
}
