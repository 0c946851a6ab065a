//! What every handler shares: the drive, the configuration, names of places, and who waits for what.

use crate::agent::CounterAgent;
use crate::attempts::Attempts;
use crate::guard::Admitted;
use crate::payments::CASH;
use crate::places::PlaceIndex;
use crate::problem::Problem;
use crate::proxies::Network;
use crate::receipts::ReceiptLinks;
use crate::sales::Turns;
use crate::secrets::{fresh_token, marking_key};
use crate::views::{PaymentView, PlaceNames, PrintedView, Subject, payment_view};
use aws_lc_rs::hmac;
use base::{ChannelId, MerchantId, Money, OrderNo, PaymentId, Text, TillId, Timestamp};
use payment::{Next, Payment, Policy, WalletRule};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use store::{MerchantScope, StoreError};
use tokio::sync::{Semaphore, broadcast};

/// Everything the router is built from.
pub struct Setup {
    /// The running payments.
    pub handle: drive::Handle,
    /// What the shop takes and where.
    pub config: Config,
    /// The pages.
    pub assets: Arc<dyn Assets>,
    /// The tills' printers.
    pub printers: Arc<dyn Printers>,
    /// The demo's data, if this is one.
    pub demo: Option<Arc<dyn Demo>>,
    /// The device at the counter, if this is one and not the server.
    pub agent: Option<Arc<dyn CounterAgent>>,
    /// Holds days against bills.
    pub reconciler: reconcile::Reconciler,
    /// Tells merchants' own systems.
    pub webhooks: webhooks::Webhooks,
}

/// What the shops take and where.
#[derive(Clone, Debug)]
pub struct Config {
    /// Our version, for the health page.
    pub version: String,
    /// Where customers reach this server, without a slash at the end: `https://pay.example.com`.
    pub public_base_url: String,
    /// The wallets that are known, and which codes are theirs: the first rule that fits decides.
    pub wallets: Vec<Wallet>,
    /// Which merchant takes which wallet over which channel, the preferred first.
    pub routes: Vec<Route>,
    /// The rules for choosing among several, and how soon is learned.
    pub routing: Routing,
    /// The most that one payment may be, and with it the currency.
    pub limit: Money,
    /// The same for merchants that differ.
    pub limits: BTreeMap<MerchantId, Money>,
    /// Proxies in front of this server, whose word counts about where a request came from.
    pub trusted_proxies: Vec<Network>,
}

/// A wallet and the codes that are its own.
#[derive(Clone, Debug)]
pub struct Wallet {
    /// How its codes look, with our short name of it.
    pub rule: WalletRule,
    /// Its name for people.
    pub label: Text,
}

/// How one of several ways to a wallet is chosen.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    /// The rules, in the order in which they are asked.
    pub rules: Vec<routing::Rule>,
    /// How soon is learned and forgotten.
    pub policy: routing::Policy,
}

/// A way for a merchant to take a wallet.
#[derive(Clone, Debug)]
pub struct Route {
    /// Whose money it is.
    pub merchant: MerchantId,
    /// Our short name of the wallet.
    pub wallet: String,
    /// Over which channel.
    pub channel: ChannelId,
    /// What the channel is called.
    pub name: String,
}

/// The files of the pages.
pub trait Assets: Send + Sync {
    /// The file at this path of the build, such as `till.html` or `assets/till-3f2a.js`.
    fn file(&self, path: &str) -> Option<Asset>;
}

/// One file of the pages.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its bytes.
    pub bytes: std::borrow::Cow<'static, [u8]>,
    /// Its media type.
    pub content_type: String,
}

/// The printers of the tills.
pub trait Printers: Send + Sync {
    /// How this till's printer is.
    fn status(&self, till: TillId) -> PrinterStatus;
    /// Printers that change, while they do.
    fn changes(&self) -> Option<broadcast::Receiver<(TillId, PrinterStatus)>>;
    /// A copy was queued for this till.
    fn queued(&self, till: TillId);
}

/// How a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterStatus {
    /// `ready`, `near_end`, `paper_out`, `cover_open`, `cutter_error`, `hot`, `offline`, `unknown` or `none`.
    pub state: &'static str,
    /// What it means.
    pub text: Text,
}

/// For shops without printers.
pub struct NoPrinters;

/// What only a demo shows. Everything in it is invented, so nobody has to sign in to see it.
pub trait Demo: Send + Sync {
    /// Sign-ins, codes that play every case, and where the printer's page is.
    fn info(&self) -> DemoInfo;
    /// What the virtual printer has printed, newest first.
    fn papers(&self) -> Vec<Paper>;
    /// Whose shop the demo is.
    fn merchant(&self) -> MerchantId;
    /// A pretended customer scans the QR of this order and pays; false if there is nothing to pay.
    fn scan(&self, order_no: OrderNo) -> bool;
}

/// Who may sign in and what can be tried.
#[derive(Clone, Debug, Default, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Demo)]
pub struct DemoInfo {
    /// People who may sign in.
    pub credentials: Vec<DemoCredential>,
    /// Codes and amounts that play every case.
    pub codes: Vec<DemoCode>,
    /// Where the virtual printer's papers are shown.
    pub printer_url: Option<String>,
}

/// A person of the demo.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DemoCredential {
    /// What to sign in with.
    pub login: String,
    /// The password, which is no secret in a demo.
    pub password: String,
    /// What the person may do.
    pub role: String,
}

/// A case to play by hand.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DemoCode {
    /// Which simulator plays it.
    pub provider: String,
    /// The payer's code that plays it.
    pub code: Option<String>,
    /// The amount that plays it, in yuan.
    pub amount: Option<String>,
    /// What will happen, in Chinese.
    pub zh: String,
    /// What will happen, in English.
    pub en: String,
}

/// A piece of paper from the virtual printer.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its name in addresses: letters and digits.
    pub id: String,
    /// When it was cut off.
    pub at: Timestamp,
    /// Its picture.
    pub svg: String,
}

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

/// The shared parts; reached through [`ApiState`].
pub struct Shared {
    pub(crate) setup: Setup,
    pub(crate) rules: Vec<WalletRule>,
    pub(crate) receipts: ReceiptLinks,
    pub(crate) content_key: hmac::Key,
    pub(crate) attempts: Attempts,
    /// Password hashes at a time: each takes 19 MiB and a core.
    pub(crate) hashing: Semaphore,
    pub(crate) admitted: Admitted,
    pub(crate) turns: Turns,
    places: RwLock<Arc<PlaceIndex>>,
}

impl std::ops::Deref for ApiState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl ApiState {
    /// Reads the names of places and this server's secrets, and begins to listen for changes.
    pub async fn new(setup: Setup) -> Result<ApiState, StoreError> {
        let people = setup.handle.store().people();
        let places = PlaceIndex::new(people.places().await?);
        let secret = people.server_secret("marks", fresh_token()).await?;
        let base_url = &setup.config.public_base_url;
        // What a device prints is opened at its server, which knows the device and not its other secrets.
        let receipts = match setup.agent.as_ref().map(|agent| agent.identity()) {
            Some((device, key_hash)) => ReceiptLinks::of_device(base_url, device, &key_hash),
            None => ReceiptLinks::new(base_url, marking_key(&secret, "receipts")),
        };
        let rules = setup.config.wallets.iter().map(|wallet| wallet.rule.clone()).collect();
        Ok(ApiState(Arc::new(Shared {
            rules,
            receipts,
            content_key: marking_key(&secret, "content"),
            attempts: Attempts::default(),
            hashing: Semaphore::new(2),
            admitted: Admitted::default(),
            turns: Turns::default(),
            places: RwLock::new(Arc::new(places)),
            setup,
        })))
    }

    /// Where a payment's public receipt is: the same address for slips, pages and messages.
    pub fn receipt_links(&self) -> ReceiptLinks {
        self.receipts.clone()
    }
}

impl Shared {
    pub(crate) fn handle(&self) -> &drive::Handle {
        &self.setup.handle
    }

    pub(crate) fn store(&self) -> &store::Store {
        self.setup.handle.store()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.setup.handle.clock().now()
    }

    pub(crate) fn limit(&self, merchant: MerchantId) -> Money {
        self.setup.config.limits.get(&merchant).copied().unwrap_or(self.setup.config.limit)
    }

    /// The name of a wallet for people; its short name if it is configured no more.
    pub(crate) fn wallet_label(&self, wallet: &str) -> Text {
        if wallet == CASH {
            return Text::new("现金", "Cash");
        }
        let known = self.setup.config.wallets.iter().find(|known| known.rule.wallet == wallet);
        known.map_or(Text::new(wallet, wallet), |known| known.label.clone())
    }

    /// The provider's name for people; the wallet's if the channel is configured no more.
    pub(crate) fn provider_title(&self, payment: &Payment) -> Text {
        match self.handle().channel(payment.request.channel) {
            Some(channel) => channel.provider.capabilities().title,
            None => payment.request.wallet_name.clone(),
        }
    }

    pub(crate) fn policy(&self, payment: &Payment) -> Policy {
        self.handle().policy(payment.request.channel)
    }

    /// What is next for a payment that was read from the store.
    pub(crate) fn next(&self, payment: &Payment) -> Next {
        payment::next(payment, &self.policy(payment), self.now())
    }

    /// Every known place, as last read.
    pub(crate) fn places(&self) -> Arc<PlaceIndex> {
        self.places.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every place; read again from the store if the last reading lacks this till.
    pub(crate) async fn places_with(&self, till: TillId) -> Result<Arc<PlaceIndex>, StoreError> {
        let known = self.places();
        if known.till(till).is_some() {
            return Ok(known);
        }
        let fresh = Arc::new(PlaceIndex::new(self.store().people().places().await?));
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }

    /// A payment by its id, if it is this merchant's.
    pub(crate) async fn read_payment(
        &self,
        scope: &MerchantScope,
        id: PaymentId,
    ) -> Result<Payment, Problem> {
        let entries = self.store().payment_entries(scope, id).await?;
        let entries = entries.ok_or(payment::Refusal::NoSuchPayment)?;
        Ok(payment::fold(&entries))
    }

    /// The view of one payment.
    pub(crate) async fn view(&self, payment: &Payment, next: &Next) -> Result<PaymentView, StoreError> {
        let scope = MerchantScope(payment.request.merchant);
        let id = payment.request.id;
        // Most shops' payments are looked at far more often than their slips; where there is no printer, and before
        // anything is paid, the store is not asked.
        let may_have_slips = payment.paid().is_some() && self.has_printer(payment.request.till);
        let printed = match may_have_slips {
            true => self.store().printed(&scope, &[id]).await?.remove(&id),
            false => None,
        };
        let names = self.names(payment).await?;
        Ok(self.view_with(payment, next, names, printed.map(printed_view)))
    }

    /// The views of many payments of one merchant.
    pub(crate) async fn views(
        &self,
        scope: &MerchantScope,
        payments: &[Payment],
    ) -> Result<Vec<PaymentView>, StoreError> {
        let ids: Vec<PaymentId> = payments.iter().map(|payment| payment.request.id).collect();
        let mut printed = self.store().printed(scope, &ids).await?;
        let mut views = Vec::with_capacity(payments.len());
        for payment in payments {
            let has_printer = self.has_printer(payment.request.till);
            let printed = printed.remove(&payment.request.id).filter(|_| has_printer).map(printed_view);
            let names = self.names(payment).await?;
            views.push(self.view_with(payment, &self.next(payment), names, printed));
        }
        Ok(views)
    }

    /// Whether this till has a printer at all.
    pub(crate) fn has_printer(&self, till: TillId) -> bool {
        self.setup.printers.status(till).state != "none"
    }

    pub(crate) async fn names(&self, payment: &Payment) -> Result<PlaceNames, StoreError> {
        let places = self.places_with(payment.request.till).await?;
        Ok(places.names(&payment.request))
    }

    fn view_with(
        &self,
        payment: &Payment,
        next: &Next,
        names: PlaceNames,
        printed: Option<PrintedView>,
    ) -> PaymentView {
        let subject = Subject {
            payment,
            next,
            policy: &self.policy(payment),
            provider: &self.provider_title(payment),
            printed,
            receipt_url: self.receipts.url(payment.request.id),
        };
        payment_view(subject, names)
    }
}

impl Printers for NoPrinters {
    fn status(&self, _: TillId) -> PrinterStatus {
        PrinterStatus {
            state: "none", text: Text::new("这个收银台没有打印机", "This till has no printer")
        }
    }

    fn changes(&self) -> Option<broadcast::Receiver<(TillId, PrinterStatus)>> {
        None
    }

    fn queued(&self, _: TillId) {}
}

fn printed_view(printed: store::Printed) -> PrintedView {
    PrintedView { state: printed.state.code().to_owned(), copies: printed.copies }
}
