//! A provider that changes the key it signs with in the middle of the traffic.

use crate::provider::nobody;
use crate::world::{CHANNEL, Folder, SHOP, begin, policy, rested};
use base::{PaymentId, Text, Timestamp};
use drive::{ChannelSetup, Contact, Drive, Handle, SystemClock};
use payment::{Answer, Ask, Doubt, Notice, Paid, Policy, Said, Verdict};
use provider_contract::{
    BadNotice, Call, CannotAsk, CannotRenew, Capabilities, HttpMethod, HttpReply, HttpRequest, KeyInUse,
    Moment, Order, Provider, Renewed, RenewsKeys, Reply, Trouble,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Store, StoreConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Trusts answers signed with the key of this number, and none before it has fetched one.
struct Keyed {
    address: SocketAddr,
    held: Option<u32>,
}

impl Keyed {
    fn call_to(&self, path: &str) -> Call {
        let url = format!("http://{}/{path}", self.address);
        let (headers, body) = (vec![], b"?".to_vec());
        Call { method: HttpMethod::Post, url, headers, body, client_certificate: false }
    }

    fn knows(&self, reply: &Reply) -> bool {
        self.held.is_some() && key_of(reply) == self.held
    }
}

/// A body is the number of the key that signed it.
fn key_of(reply: &Reply) -> Option<u32> {
    String::from_utf8_lossy(&reply.body).parse().ok()
}

impl Provider for Keyed {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "keyed",
            title: Text::new("换钥", "Keyed"),
            wallets: &[],
            qr_wallets: &[],
            payer_code: true,
            shown_qr: false,
            policy: Policy::default(),
        }
    }

    fn call(&self, _: &Ask, _: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        Ok(self.call_to("pay"))
    }

    fn answer(&self, _: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        let paid = Paid {
            amount: order.amount,
            transaction: "T".into(),
            at: None,
            payer: String::new(),
            funds: String::new(),
        };
        let verdict =
            if self.knows(reply) { Verdict::Paid(paid) } else { Verdict::Unclear(Doubt::BadSignature) };
        Answer { verdict, said: Said::default() }
    }

    fn notice(&self, _: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        Err(BadNotice::UnknownKey)
    }

    fn acknowledge(&self, _: Result<(), &BadNotice>) -> HttpReply {
        HttpReply::new(401, "text/plain", "no")
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        (!self.knows(reply)).then_some(Trouble::UnknownKey)
    }

    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        Some(self)
    }
}

impl RenewsKeys for Keyed {
    fn keys_call(&self, _: &Moment) -> Call {
        self.call_to("keys")
    }

    fn with_keys(&self, reply: &Reply, _: &Moment) -> Result<Renewed, CannotRenew> {
        let held = key_of(reply).ok_or(CannotRenew(Text::new("无", "no key")))?;
        let keys = vec![KeyInUse { id: held.to_string(), until: Timestamp::MAX }];
        Ok(Renewed { provider: Arc::new(Keyed { address: self.address, held: Some(held) }), keys })
    }
}

/// Answers everything with the number of the key that signs now, and counts how often it was asked for keys.
#[derive(Clone, Default)]
struct Signing {
    key: Arc<AtomicU32>,
    asked_for_keys: Arc<AtomicU32>,
}

impl Signing {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let signing = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let signing = signing.clone();
                tokio::spawn(async move {
                    let mut some = vec![0; 4096];
                    while stream.read(&mut some).await.is_ok_and(|read| read > 0) {
                        if some.starts_with(b"POST /keys") {
                            signing.asked_for_keys.fetch_add(1, Ordering::Relaxed);
                        }
                        let key = signing.key.load(Ordering::Relaxed).to_string();
                        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{key}", key.len());
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                });
            }
        });
        address
    }

    fn sign_with(&self, key: u32) {
        self.key.store(key, Ordering::Relaxed);
    }
}

async fn start(folder: &Folder, address: SocketAddr) -> Handle {
    let store = Store::open(&StoreConfig { database: folder.database() }).await.expect("a database");
    let provider = Arc::new(Keyed { address, held: None });
    let channel = ChannelSetup { id: CHANNEL, merchant: SHOP, provider, policy: policy(), identity: None };
    Drive::start(store, vec![channel], Arc::new(SystemClock))
}

#[tokio::test]
async fn a_key_that_changes_in_the_middle_of_the_traffic_costs_no_payment() {
    let (signing, folder) = (Signing::default(), Folder::new());
    signing.sign_with(1);
    let handle = start(&folder, signing.start().await).await;
    for id in 1..=12 {
        if id == 5 {
            signing.sign_with(2);
        }
        if id == 9 {
            signing.sign_with(3);
        }
        handle.begin(begin(id, "breakfast")).await.expect("it is recorded");
        let facts = rested(&handle, id).await;
        assert!(facts.ends_with("= Paid\n") || facts.contains("= Paid"), "{facts}");
    }
    let asked = signing.asked_for_keys.load(Ordering::Relaxed);
    assert!((3..=5).contains(&asked), "at the start and once or twice for each change, not {asked}");
    assert_eq!(handle.seen(CHANNEL).map(|seen| seen.contact), Some(Contact::Answering));
    handle.stop().await;
}

#[tokio::test]
async fn forged_notices_do_not_make_it_ask_without_end() {
    let (signing, folder) = (Signing::default(), Folder::new());
    let handle = start(&folder, signing.start().await).await;
    let forged =
        HttpRequest { method: "POST".into(), target: "/".into(), headers: vec![], body: b"x".to_vec() };
    for _ in 0..200 {
        assert_eq!(handle.notice(CHANNEL, &forged).await.status, 401);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let asked = signing.asked_for_keys.load(Ordering::Relaxed);
    assert!(asked <= 4, "at the start, and three times because of strangers, not {asked}");
    handle.stop().await;
}

#[tokio::test]
async fn without_keys_nothing_is_believed_and_the_reason_is_told() {
    let folder = Folder::new();
    let handle = start(&folder, nobody().await).await;
    let mut waited = 0;
    while handle.seen(CHANNEL).expect("a channel").contact == Contact::Unknown && waited < 500 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        waited += 1;
    }
    let seen = handle.seen(CHANNEL).expect("a channel");
    assert_eq!(seen.contact.code(), "no_connection");
    assert!(seen.contact.found().en.contains("Connection refused"), "{seen:?}");
    assert!(
        handle.store().payment_entries(&store::MerchantScope(SHOP), PaymentId::from_u128(1)).await.is_ok()
    );
    handle.stop().await;
}
