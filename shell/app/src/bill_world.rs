//! A shop, its engine and a provider on a real port whose bills can be had at once, for tests of reconciliation. It tells
//! nobody anything, and its clock stands where a test wants it.

use crate::demo::clock::SetClock;
use crate::simulate::host::Host;
use crate::simulate::script::Script;
use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use drive::{Begin, ChannelSetup, Clock, Drive, Handle};
use payment::{Charge, Method, PayerCode, Payment, Policy, Request, fold};
use provider_contract::bill_desk::fee_rule;
use provider_contract::bill_faults::BillFault;
use provider_contract::{Provider, Simulator, Treatment};
use reconcile::{DayReport, Reconciler};
use settlement::Day;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{KeptDifference, MerchantScope, Store, StoreConfig};
use tokio::net::TcpListener;

pub const SHOP: MerchantId = MerchantId::from_u128(0x51);
pub const SCOPE: MerchantScope = MerchantScope(SHOP);
pub const CHANNEL: ChannelId = ChannelId::from_u128(9);

/// Everything a test of a day needs.
pub struct World {
    pub host: Host,
    pub handle: Handle,
    pub reconciler: Reconciler,
    pub clock: Arc<SetClock>,
    pub folder: PathBuf,
    wallet: Wallet,
    made: u128,
}

/// Whose bills.
#[derive(Clone, Copy)]
pub enum Wallet {
    Alipay,
    /// Its bills name currencies.
    WeChat,
}

impl World {
    /// At noon of a day, so that no test meets a midnight that it does not want.
    pub async fn new(name: &str) -> World {
        World::at(name, "2026-11-22T12:00:00+08:00").await
    }

    pub async fn at(name: &str, moment: &str) -> World {
        World::of(Wallet::Alipay, name, moment).await
    }

    pub async fn of(wallet: Wallet, name: &str, moment: &str) -> World {
        let folder = std::env::temp_dir().join(format!("paydesk-e2e-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let clock = Arc::new(SetClock::default());
        clock.set(Timestamp::parse(moment).expect("a moment"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (provider, mut simulator): (Arc<dyn Provider>, Box<dyn Simulator>) = match wallet {
            Wallet::Alipay => {
                let simulator = alipay::Simulator::cheap(1);
                (Arc::new(simulator.client(&origin, None)), Box::new(simulator))
            }
            Wallet::WeChat => {
                let simulator = wechat::Simulator::cheap(1);
                (Arc::new(simulator.client(&origin, "http://127.0.0.1:1/notify")), Box::new(simulator))
            }
        };
        simulator.bills_at_once();
        let host = Host::start(simulator, Script::default(), listener, clock.clone());
        let database = format!("sqlite:{}/paydesk.db", folder.display());
        let store = Store::open(&StoreConfig { database }).await.expect("a database");
        let quick = Duration::from_millis(100);
        let policy = Policy {
            first_inquiry: quick,
            inquiry_every: quick,
            give_up_after: 4 * quick,
            reverse_not_before: Duration::ZERO,
            ..Policy::default()
        };
        let channel = ChannelSetup { id: CHANNEL, merchant: SHOP, provider, policy, identity: None };
        let handle = Drive::start(store, vec![channel], clock.clone());
        let reconciler = Reconciler::new(handle.clone(), folder.join("bills"), Arc::new(|_, _, _| {}));
        let reconciler = reconciler.expecting(BTreeMap::from([(CHANNEL, fee_rule())]));
        World { host, handle, reconciler, clock, folder, wallet, made: 0 }
    }

    fn request(&mut self, method: Method) -> Request {
        self.made += 1;
        let (wallet, zh, en) = match self.wallet {
            Wallet::Alipay => ("alipay", "支付宝", "Alipay"),
            Wallet::WeChat => ("wechat", "微信支付", "WeChat Pay"),
        };
        Request {
            id: PaymentId::from_u128(0x018f_3c1e_5b7a_7c3d_9e2f << 48 | self.made),
            merchant: SHOP,
            store: StoreId::from_u128(1),
            till: TillId::from_u128(1),
            cashier: String::new(),
            key: format!("k{}", self.made),
            content: [0; 32],
            amount: Money::cny(1250),
            channel: CHANNEL,
            routed: None,
            wallet: wallet.to_owned(),
            wallet_name: Text::new(zh, en),
            method,
            description: "结账".to_owned(),
            reference: String::new(),
            part: None,
            installments: None,
        }
    }

    pub async fn sale(&mut self, treatment: Treatment) -> PaymentId {
        let code = self.host.simulator().code_for(treatment, self.made as u64 + 1);
        let code = PayerCode::parse(&code).expect("a code");
        let request = self.request(Method::PayerCode { hint: code.hint() });
        let id = request.id;
        self.handle.begin(Begin { request, code: Some(code) }).await.expect("it is recorded");
        id
    }

    /// A sale that is paid.
    pub async fn paid(&mut self) -> PaymentId {
        let id = self.sale(Treatment::Normal).await;
        self.until(id, |payment| matches!(payment.charge, Charge::Paid { .. })).await;
        id
    }

    /// What a cashier wrote down of a payment to the shop's own code.
    pub async fn written_down(&mut self, digits: &str) -> PaymentId {
        let method = Method::ShopCode { seen: "付款成功".to_owned(), digits: digits.to_owned() };
        let request = self.request(method);
        let id = request.id;
        self.handle.begin(Begin { request, code: None }).await.expect("it is recorded");
        id
    }

    pub async fn payment(&self, id: PaymentId) -> Payment {
        let entries = self.handle.store().payment_entries(&SCOPE, id).await.expect("facts");
        fold(&entries.expect("the payment exists"))
    }

    pub async fn until(&self, id: PaymentId, holds: impl Fn(&Payment) -> bool) -> Payment {
        for _ in 0..600 {
            let payment = self.payment(id).await;
            if holds(&payment) {
                return payment;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it never came to that: {:?}", self.payment(id).await.charge);
    }

    pub fn spoil(&self, fault: BillFault) {
        self.host.simulator().spoil_bill(self.today(), fault);
    }

    pub fn today(&self) -> Day {
        Day::of(self.clock.now())
    }

    pub async fn day(&self) -> DayReport {
        self.reconciler.day(CHANNEL, self.today(), None).await.expect("the bill is read")
    }

    pub async fn kept(&self) -> Vec<KeptDifference> {
        let filter = store::DifferenceFilter { limit: 99, ..Default::default() };
        self.handle.store().differences(&SCOPE, &filter).await.expect("differences")
    }

    /// Follows the difference of this day and class until it stands like this. Gives what was done about it.
    pub async fn until_it_is(&self, day: Day, class: &str, state: &str) -> Vec<String> {
        for _ in 0..600 {
            self.reconciler.follow_up(SHOP).await.expect("it is looked at");
            let kept = self.kept().await;
            let one = kept.iter().find(|one| one.day == day && one.difference.class.code() == class);
            let one = one.unwrap_or_else(|| panic!("no {class} is kept of {day}: {kept:?}"));
            if one.state.code() == state {
                let story = self.handle.store().difference(&SCOPE, CHANNEL, day, &one.difference.key()).await;
                let (_, acts) = story.expect("a story").expect("it is there");
                return acts.into_iter().map(|act| act.act).collect();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{class} never became {state}: {:?}", self.kept().await);
    }

    pub async fn end(self) {
        self.handle.stop().await;
        self.handle.store().close().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Class and state of everything that a day's report has.
pub fn told(report: &DayReport) -> Vec<(&'static str, &'static str)> {
    report.differences.iter().map(|one| (one.difference.class.code(), one.state.code())).collect()
}
