// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.crypto.dsig.spec.XPathFilterParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/**
 * The JDK's XML signatures over tax invoices, behind a pipe.
 *
 * <p>One request a line, in hexadecimal: "sign" with key, certificate, filter and invoice, or
 * "verify" with certificate and signed invoice. The answer is one line of hexadecimal, or "error".
 */
public final class TaxInvoices {
  private static final HexFormat HEX = HexFormat.of();
  private static final String C14N = CanonicalizationMethod.INCLUSIVE;

  private TaxInvoices() {}

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      String answer;
      try {
        answer = HEX.formatHex(words[0].equals("sign") ? sign(words) : verify(words));
      } catch (Exception e) {
        answer = "error " + e.getClass().getName();
      }
      System.out.println(answer);
    }
  }

  private static Document parse(byte[] xml) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
  }

  private static X509Certificate certificate(String word) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(HEX.parseHex(word)));
  }

  private static byte[] sign(String[] words) throws Exception {
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(HEX.parseHex(words[1])));
    String filter = new String(HEX.parseHex(words[3]), "UTF-8");
    Document document = parse(HEX.parseHex(words[4]));
    XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
    Transform canonical = factory.newTransform(C14N, (TransformParameterSpec) null);
    Transform xpath =
        factory.newTransform(
            Transform.XPATH,
            new XPathFilterParameterSpec(filter, Map.of("ds", XMLSignature.XMLNS)));
    Reference reference =
        factory.newReference(
            "",
            factory.newDigestMethod(DigestMethod.SHA256, null),
            List.of(canonical, xpath),
            null,
            null);
    SignedInfo signedInfo =
        factory.newSignedInfo(
            factory.newCanonicalizationMethod(C14N, (C14NMethodParameterSpec) null),
            factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null),
            Collections.singletonList(reference));
    KeyInfoFactory keys = factory.getKeyInfoFactory();
    KeyInfo keyInfo =
        keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate(words[2])))));
    Node pivot = document.getElementsByTagName("TaxInvoiceDocument").item(0);
    DOMSignContext context = new DOMSignContext(key, pivot.getParentNode(), pivot);
    context.setDefaultNamespacePrefix("ds");
    factory.newXMLSignature(signedInfo, keyInfo).sign(context);
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    transformer.transform(new DOMSource(document), new StreamResult(out));
    return out.toByteArray();
  }

  private static byte[] verify(String[] words) throws Exception {
    Document document = parse(HEX.parseHex(words[2]));
    Node signature = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
    DOMValidateContext context =
        new DOMValidateContext(certificate(words[1]).getPublicKey(), signature);
    XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
    boolean valid = factory.unmarshalXMLSignature(context).validate(context);
    return new byte[] {(byte) (valid ? 1 : 0)};
  }
}
