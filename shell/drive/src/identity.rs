//! What a channel shows to a provider that asks who is calling (mutual TLS), and whom it trusts in return.

use hyper_rustls::ConfigBuilderExt;
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use std::fmt;
use std::sync::Arc;

/// A merchant's certificate with its key, ready to be shown. Prints as nothing; cheap to clone.
#[derive(Clone)]
pub struct ClientIdentity {
    tls: Arc<ClientConfig>,
}

/// Why it cannot be shown. Never repeats a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    /// The first text holds no certificate.
    #[error("there is no PEM certificate in it")]
    NotACertificate,
    /// The second text holds no private key.
    #[error("there is no PEM private key in it")]
    NotAKey,
    /// The third text holds no certificate of an authority.
    #[error("the authority that is to be trusted is no PEM certificate")]
    NotAnAuthority,
    /// They are not of one pair, or of a kind that TLS does not know.
    #[error("the certificate and the key cannot be used together: {0}")]
    NotAPair(String),
    /// This computer has no certificates to trust.
    #[error("this computer has no certificates to trust: {0}")]
    NobodyToTrust(String),
}

impl ClientIdentity {
    /// From PEM texts: the certificate with those that lead to its authority, its private key, and the authority whose
    /// servers are trusted; without one, those that this computer trusts.
    pub fn from_pem(chain: &str, key: &str, authority: Option<&str>) -> Result<ClientIdentity, BadIdentity> {
        let chain = certificates(chain).ok_or(BadIdentity::NotACertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| BadIdentity::NotAKey)?;
        let tls = trusting(authority)?.with_client_auth_cert(chain, key);
        let tls = tls.map_err(|why| BadIdentity::NotAPair(why.to_string()))?;
        Ok(ClientIdentity { tls: Arc::new(tls) })
    }

    /// For a client that shows it.
    pub(crate) fn tls(&self) -> ClientConfig {
        self.tls.as_ref().clone()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity")
    }
}

fn trusting(authority: Option<&str>) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, BadIdentity> {
    let Some(authority) = authority else {
        let roots = ClientConfig::builder().with_native_roots();
        return roots.map_err(|why| BadIdentity::NobodyToTrust(why.to_string()));
    };
    let mut roots = RootCertStore::empty();
    for one in certificates(authority).ok_or(BadIdentity::NotAnAuthority)? {
        roots.add(one).map_err(|_| BadIdentity::NotAnAuthority)?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots))
}

/// Those in a text; nothing if there is none, or one that is damaged.
fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().ok()?;
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{NoReply, Step, Wire};
    use provider_contract::{Call, HttpMethod, Reply};
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::ServerConfig;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::server::WebPkiClientVerifier;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// An authority, and what it made for the server and for the merchant.
    struct Made {
        authority: String,
        server: (String, KeyPair),
        merchant: (String, KeyPair),
    }

    fn made() -> Made {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let issue = |name: &str| {
            let key = KeyPair::generate().expect("a key");
            let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
            (params.signed_by(&key, &authority).expect("a certificate").pem(), key)
        };
        Made { server: issue("127.0.0.1"), merchant: issue("merchant"), authority: authority.pem() }
    }

    /// Answers every request with 200 to those who show the merchant's certificate and 403 to the others.
    async fn provider(made: &Made) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(certificates(&made.authority).expect("one")[0].clone()).expect("an authority");
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).allow_unauthenticated();
        let config = ServerConfig::builder()
            .with_client_cert_verifier(clients.build().expect("a verifier"))
            .with_single_cert(
                certificates(&made.server.0).expect("one"),
                PrivatePkcs8KeyDer::from(made.server.1.serialize_der()).into(),
            );
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("a server")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let shown = stream.get_ref().1.peer_certificates().is_some();
                let status = if shown { "200 OK" } else { "403 Forbidden" };
                let _ = stream.read(&mut [0; 4096]).await;
                let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        format!("https://{address}/refund")
    }

    fn call(url: &str) -> Call {
        let (url, headers, body) = (url.to_owned(), Vec::new(), b"?".to_vec());
        Call { method: HttpMethod::Post, url, headers, body, client_certificate: true }
    }

    async fn asked(identity: &ClientIdentity, url: &str) -> Result<Reply, NoReply> {
        Wire::showing(identity).ask(call(url), Duration::from_secs(30)).await
    }

    #[tokio::test]
    async fn the_merchants_certificate_is_shown() {
        let made = made();
        let url = provider(&made).await;
        let (chain, key) = (&made.merchant.0, made.merchant.1.serialize_pem());
        let identity = ClientIdentity::from_pem(chain, &key, Some(&made.authority)).expect("a pair");
        assert_eq!(asked(&identity, &url).await.expect("an answer").status, 200);
        assert_eq!(format!("{identity:?}"), "ClientIdentity");
    }

    #[tokio::test]
    async fn somebody_elses_provider_is_not_trusted() {
        let (made, other) = (made(), self::made());
        let url = provider(&made).await;
        let (chain, key) = (&made.merchant.0, made.merchant.1.serialize_pem());
        let identity = ClientIdentity::from_pem(chain, &key, Some(&other.authority)).expect("a pair");
        let error = asked(&identity, &url).await.expect_err("nobody we trust");
        assert!(matches!(error, NoReply::NeverLeft { step: Step::Trust, .. }), "{error:?}");
    }

    #[test]
    fn what_cannot_be_shown_is_named() {
        let made = made();
        let (chain, key) = (made.merchant.0.as_str(), made.merchant.1.serialize_pem());
        let check = |chain: &str, key: &str, authority: &str, expected: &BadIdentity| {
            let found = ClientIdentity::from_pem(chain, key, Some(authority)).expect_err("it cannot be used");
            assert_eq!(std::mem::discriminant(&found), std::mem::discriminant(expected), "{found}");
        };
        check("", &key, &made.authority, &BadIdentity::NotACertificate);
        check("hello", &key, &made.authority, &BadIdentity::NotACertificate);
        check(chain, "", &made.authority, &BadIdentity::NotAKey);
        check(chain, &key, "", &BadIdentity::NotAnAuthority);
        let other = made.server.1.serialize_pem();
        check(chain, &other, &made.authority, &BadIdentity::NotAPair(String::new()));
    }
}
