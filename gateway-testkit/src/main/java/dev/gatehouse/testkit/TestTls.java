package dev.gatehouse.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates for tests. Their keys are published with this library, so nothing else may ever trust them.
 */
public final class TestTls {

    private static final char[] PASSWORD = "testkit".toCharArray();

    private TestTls() {}

    /**
     * A server whose certificate is for {@code localhost} and 127.0.0.1.
     *
     * @return a context for {@link RawUpstream#startTls}
     */
    public static SSLContext localhost() {
        return context("localhost.p12");
    }

    /**
     * A server whose certificate is trusted, but for another host.
     *
     * @return a context for {@link RawUpstream#startTls}
     */
    public static SSLContext elsewhere() {
        return context("elsewhere.p12");
    }

    /**
     * What a client trusts that does not accept {@link #localhost}.
     *
     * @return a new key store with the other certificate
     */
    public static KeyStore trustElsewhereOnly() {
        KeyStore trust = trust();
        try {
            trust.deleteEntry("localhost");
            return trust;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /**
     * What a client must trust to accept these servers. It names certificates, no authority.
     *
     * @return a new key store with both certificates and no key
     */
    public static KeyStore trust() {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            for (String name : new String[] {"localhost", "elsewhere"}) {
                trust.setCertificateEntry(name, keys(name + ".p12").getCertificate(name));
            }
            return trust;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /**
     * A client that accepts these servers.
     *
     * @return a context that trusts {@link #trust}
     */
    public static SSLContext client() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trust());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    private static SSLContext context(String file) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keys(file), PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    private static KeyStore keys(String file) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Objects.requireNonNull(TestTls.class.getResourceAsStream(file), file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }
}
