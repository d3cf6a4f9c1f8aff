// Asks the payment device for its status. Java 17 or later, nothing to install: java Status.java

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

public class Status {
    private static final int ANSWER_WITHIN_S = 10;
    private static final int DNS_NAME = 2;

    private static Path kit;
    private static String connection;

    public static void main(String[] args) throws Exception {
        kit = Path.of(args.length > 0 ? args[0] : "..").toAbsolutePath().normalize();
        connection = Files.readString(kit.resolve("connection.json"));
        char[] password = needsPassword() ? askPassword() : new char[0];
        KeyStore keys;
        try {
            keys = loadKeys(password);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException error) {
            fail("The key cannot be opened: wrong password, or a damaged file (" + error.getMessage() + ").");
            return;
        }
        try {
            System.out.println(askStatus(tlsContext(keys, password)).get(ANSWER_WITHIN_S, TimeUnit.SECONDS));
        } catch (TimeoutException error) {
            fail("The device did not answer.");
        } catch (ExecutionException error) {
            fail("No connection: " + error.getCause());
        }
        System.exit(0);
    }

    /** A plain value of connection.json, or null. A JSON library does this better. */
    private static String value(String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(connection);
        return found.find() ? found.group(1) : null;
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(1);
    }

    private static boolean needsPassword() throws IOException {
        return Files.exists(kit.resolve("pos.p12")) || pem("pos-private-key.pem").contains("ENCRYPTED");
    }

    private static String pem(String name) throws IOException {
        return Files.readString(kit.resolve(name));
    }

    private static char[] askPassword() throws IOException {
        String given = System.getenv("POS_KEY_PASSWORD");
        if (given != null) {
            return given.toCharArray();
        }
        Console console = System.console();
        if (console != null) {
            return console.readPassword("Password of the connection kit: ");
        }
        String line = new BufferedReader(new InputStreamReader(System.in)).readLine();
        return line == null ? new char[0] : line.toCharArray();
    }

    /**
     * One entry with the key, the POS certificate and its intermediates. The device asks for a certificate by the name
     * of the Root CA: Java's key managers find this one because its chain leads there, and present the chain.
     */
    private static KeyStore loadKeys(char[] password) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        if (Files.exists(kit.resolve("pos.p12"))) {
            try (InputStream file = Files.newInputStream(kit.resolve("pos.p12"))) {
                keys.load(file, password);
            }
            return keys;
        }
        keys.load(null, null);
        Certificate[] chain = certificates("pos-certificate.pem").toArray(new Certificate[0]);
        keys.setKeyEntry("pos", privateKey(chain[0].getPublicKey().getAlgorithm(), password), password, chain);
        return keys;
    }

    private static List<? extends Certificate> certificates(String name) throws IOException, CertificateException {
        byte[] text = Files.readAllBytes(kit.resolve(name));
        return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(text)));
    }

    private static PrivateKey privateKey(String algorithm, char[] password) throws IOException, GeneralSecurityException {
        String text = pem("pos-private-key.pem");
        byte[] der = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        if (!text.contains("ENCRYPTED")) {
            return factory.generatePrivate(new PKCS8EncodedKeySpec(der));
        }
        EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(der);
        // The name of the whole scheme, such as PBEWithHmacSHA256AndAES_256: getAlgName() knows only "PBES2".
        String scheme = encrypted.getAlgParameters().toString();
        Cipher cipher = Cipher.getInstance(scheme);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password)),
                encrypted.getAlgParameters());
        return factory.generatePrivate(encrypted.getKeySpec(cipher));
    }

    private static SSLContext tlsContext(KeyStore keys, char[] password) throws IOException, GeneralSecurityException {
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, password);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root-ca", certificates("root-ca.pem").get(0));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManager device = new DeviceTrust((X509TrustManager) trust.getTrustManagers()[0]);
        context.init(keyManagers.getKeyManagers(), new TrustManager[] {device}, null);
        return context;
    }

    private static CompletableFuture<String> askStatus(SSLContext context) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        HttpClient.newBuilder()
                .sslContext(context)
                .connectTimeout(Duration.ofSeconds(ANSWER_WITHIN_S))
                .build()
                .newWebSocketBuilder()
                .buildAsync(URI.create(value("url")), new Channel(answer))
                .exceptionally(error -> {
                    answer.completeExceptionally(error.getCause() == null ? error : error.getCause());
                    return null;
                });
        return answer;
    }

    /** The channel to the device: one question, one answer. */
    private static class Channel implements WebSocket.Listener {
        private final CompletableFuture<String> answer;
        private final StringBuilder text = new StringBuilder();

        Channel(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        public void onOpen(WebSocket socket) {
            socket.sendText("{\"type\":\"StatusRequest\"}", true);
            socket.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            socket.request(1);
            if (last) {
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "").thenRun(() -> answer.complete(text.toString()));
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            answer.completeExceptionally(new IOException("the device closed the channel, " + code + " " + reason));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            answer.completeExceptionally(error);
        }
    }

    /**
     * Java's own check of the chain to the Root CA, then the name with the serial number in place of the address that was
     * connected to.
     */
    private static class DeviceTrust extends X509ExtendedTrustManager {
        private final X509TrustManager chains;

        DeviceTrust(X509TrustManager chains) {
            this.chains = chains;
        }

        private void check(X509Certificate[] chain, String authType) throws CertificateException {
            chains.checkServerTrusted(chain, authType);
            String expected = value("expectedSan");
            boolean isDevice = expected != null ? hasName(chain[0], expected) : hasFingerprint(chain[0]);
            if (!isDevice) {
                throw new CertificateException("another device answered");
            }
        }

        private static boolean hasName(X509Certificate certificate, String expected) throws CertificateException {
            var names = certificate.getSubjectAlternativeNames();
            return names != null
                    && names.stream()
                            .anyMatch(name -> name.get(0).equals(DNS_NAME) && expected.equalsIgnoreCase((String) name.get(1)));
        }

        private static boolean hasFingerprint(X509Certificate certificate) throws CertificateException {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
                return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest).equals(value("deviceCertificateSha256"));
            } catch (GeneralSecurityException error) {
                throw new CertificateException(error);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chains.getAcceptedIssuers();
        }
    }
}
