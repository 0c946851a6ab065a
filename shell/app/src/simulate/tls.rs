//! A simulator's TLS: what it shows, and whose certificates it takes from its callers.

use anyhow::{Context, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// All PEM.
pub struct TlsTexts {
    /// What the simulator shows.
    pub certificate: String,
    /// Its private key.
    pub private_key: String,
    /// Whose certificates callers may show.
    pub clients_authority: String,
}

impl TlsTexts {
    /// Speaks TLS with everybody, and asks for a certificate: what only its owner may do, the simulator decides by what
    /// was shown. A certificate of another authority ends the conversation.
    pub fn acceptor(&self) -> Result<TlsAcceptor> {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(self.clients_authority.as_bytes());
        roots.add(authority.context("the authority is no PEM certificate")?).context("no authority")?;
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).allow_unauthenticated().build();
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.private_key.as_bytes());
        let config = ServerConfig::builder()
            .with_client_cert_verifier(clients.context("the authority cannot be asked for")?)
            .with_single_cert(
                vec![certificate.context("no PEM certificate")?],
                key.context("no PEM private key")?,
            );
        Ok(TlsAcceptor::from(Arc::new(config.context("the certificate and the key are no pair")?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::connector;
    use crate::providers::named;
    use crate::setup::channel_from_text;
    use crate::simulate::host::{Door, Host};
    use crate::simulate::script::Script;
    use crate::simulate::{Wanted, bind};
    use base::{ChannelId, MerchantId, Money, OrderNo, PaymentId, Timestamp};
    use drive::{Asker, ChannelSetup, Clock, SystemClock};
    use payment::{Ask, Doubt, PayerCode, Verdict};
    use provider_contract::{Order, Provider, Treatment};
    use std::net::SocketAddr;

    const CHANNEL: ChannelId = ChannelId::from_u128(7);

    /// A simulator with TLS on a free port, and what it gave its client.
    async fn simulated() -> (Host, String) {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let address = format!("https://{}", listener.local_addr().expect("an address"));
        let known = named("wechat").expect("it is known");
        let wanted = Wanted { keys: None, address: &address, certificates: false };
        let (fake, texts) = known.fake_with_tls(&wanted).expect("a simulator with TLS");
        let door = Door { listener, tls: Some(texts.acceptor().expect("good keys")) };
        let host = Host::start(fake.simulator, Script::default(), door, Arc::new(SystemClock));
        (host, fake.credentials)
    }

    /// What a configured channel of v2 asks and is answered, certificate and all. `change` alters the credentials.
    struct Shop {
        asker: Asker,
        provider: Arc<dyn Provider>,
    }

    impl Shop {
        fn new(credentials: &str, change: impl Fn(&mut serde_json::Map<String, serde_json::Value>)) -> Shop {
            let mut fields: serde_json::Map<_, _> = serde_json::from_str(credentials).expect("JSON");
            fields.insert("code_pay_protocol".to_owned(), "v2".into());
            change(&mut fields);
            let text = serde_json::to_string(&fields).expect("JSON");
            let new = channel_from_text(named("wechat").expect("it is known"), &text).expect("known fields");
            let (provider, identity) =
                connector(&new, "http://127.0.0.1:1/notify/wechat/7".to_owned()).expect("good credentials");
            let setup = ChannelSetup {
                id: CHANNEL,
                merchant: MerchantId::from_u128(1),
                policy: provider.capabilities().policy,
                provider: Arc::clone(&provider),
                identity,
            };
            Shop { asker: Asker::new(vec![setup], Arc::new(SystemClock)), provider }
        }

        async fn ask(&self, ask: Ask, order: &Order) -> Result<Verdict, drive::NoAnswer> {
            let asked = order.clone();
            let question = move |provider: &dyn Provider, moment: &provider_contract::Moment| {
                provider.call(&ask, &asked, moment).ok()
            };
            let (reply, moment) = self.asker.question(CHANNEL, question).await?;
            Ok(self.provider.answer(&ask, order, &reply, &moment).verdict)
        }
    }

    fn order(host: &Host) -> Order {
        let code = host.simulator().code_for(Treatment::Normal, 1);
        let now: Timestamp = SystemClock.now();
        Order {
            order_no: OrderNo::from(PaymentId::from_u128(42)),
            amount: Money::cny(1250),
            description: "结账".to_owned(),
            requested_at: now,
            expires_at: now,
            terminal: "T1".to_owned(),
            shown_qr: false,
            payer_code: Some(PayerCode::parse(&code).expect("digits")),
            transaction: None,
            refund_no: None,
            refund_reason: String::new(),
            trace: None,
            charge_trace: None,
        }
    }

    #[tokio::test]
    async fn a_reversal_goes_through_with_the_merchants_certificate() {
        let (host, credentials) = simulated().await;
        let shop = Shop::new(&credentials, |_| {});
        let order = order(&host);
        let Ok(Verdict::Paid(paid)) = shop.ask(Ask::Charge, &order).await else { panic!("it is paid") };
        let order = Order { transaction: Some(paid.transaction), ..order };
        assert_eq!(shop.ask(Ask::Reverse, &order).await, Ok(Verdict::Returned));
        assert!(host.simulator().books()[0].reversed);
    }

    /// Another simulator's merchant is one that this authority does not know: the conversation ends before it begins.
    #[tokio::test]
    async fn somebody_elses_certificate_is_not_taken() {
        let ((host, credentials), (_other, others)) = (simulated().await, simulated().await);
        let others: serde_json::Value = serde_json::from_str(&others).expect("JSON");
        let shop = Shop::new(&credentials, |fields| {
            for name in ["merchant_certificate_pem", "merchant_private_key_pem"] {
                fields.insert(name.to_owned(), others[name].clone());
            }
        });
        assert!(shop.ask(Ask::Charge, &order(&host)).await.is_err());
        assert_eq!(host.simulator().books(), []);
    }

    /// A client that shows nothing, and writes the header itself: the simulator's host takes that away, and its merchant's
    /// reversal is refused.
    #[tokio::test]
    async fn a_reversal_without_the_certificate_is_refused() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (host, credentials) = simulated().await;
        let shop = Shop::new(&credentials, |_| {});
        let order = order(&host);
        assert!(matches!(shop.ask(Ask::Charge, &order).await, Ok(Verdict::Paid(_))));
        let moment = provider_contract::Moment { now: SystemClock.now(), nonce: 9 };
        let call = shop.provider.call(&Ask::Reverse, &order, &moment).expect("it can be asked");

        let fields: serde_json::Value = serde_json::from_str(&credentials).expect("JSON");
        let authority = fields["tls_authority_pem"].as_str().expect("a text");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM")).expect("an authority");
        let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let address =
            call.url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).expect("a host");
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let name = rustls::pki_types::ServerName::try_from("127.0.0.1").expect("an address");
        let tls = tokio_rustls::TlsConnector::from(Arc::new(config));
        let mut stream = tls.connect(name, stream).await.expect("a handshake");
        let head = format!(
            "POST /secapi/pay/reverse HTTP/1.1\r\nhost: {address}\r\nclient-cert: :AAAA:\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            call.body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("it is sent");
        stream.write_all(&call.body).await.expect("it is sent");
        let mut reply = Vec::new();
        // The end may come without a farewell; what was said counts.
        let _ = stream.read_to_end(&mut reply).await;
        let reply = String::from_utf8(reply).expect("text");
        let body = reply.split_once("\r\n\r\n").expect("a body").1;
        assert!(body.contains("证书"), "{reply}");
        let reply = provider_contract::Reply { status: 200, headers: vec![], body: body.as_bytes().to_vec() };
        let verdict = shop.provider.answer(&Ask::Reverse, &order, &reply, &moment).verdict;
        assert_eq!(verdict, Verdict::Unclear(Doubt::OurSettings));
        assert!(!host.simulator().books()[0].reversed);
    }
}
