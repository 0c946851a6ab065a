//! The world on a virtual clock and one seed. [`scenario`] replays one payment's story from a text that a
//! cashier can read; [`run`] puts tills, nodes with the very same engine and lease that serve shops, and providers
//! under faults drawn from a seed, and holds what everybody's books say against the [promises](Promise).
//!
//! Nothing here reads a clock or draws a random number from the machine: the same seed is the same world.
//!
//! ```
//! let options = sim::Options { seed: 7, payments: 50, sabotage: None };
//! let report = sim::run(&options, 1, &|_| ());
//! assert_eq!(report.violations, []);
//! assert_eq!(report.trace_hash, sim::run(&options, 2, &|_| ()).trace_hash);
//! ```

mod by_id;
pub mod model;
mod promises;
mod random;
mod report;
pub mod routes;
pub mod scenario;
mod server;
mod shrink;
mod store;
mod world;

pub use promises::{Promise, Tested};
pub use report::{Report, Spans, Violation};
pub use scenario::replay;
pub use shrink::{Shrunk, shrink};

use random::Random;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use world::{Faults, Plan, Wire};

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Decides everything.
    pub seed: u64,
    /// How many sales are begun.
    pub payments: u64,
    /// A safety line to remove, to see that the checks notice.
    pub sabotage: Option<Sabotage>,
}

macro_rules! sabotages {
    ($($(#[$doc:meta])* $name:ident = $text:literal breaks $promise:ident;)*) => {
        /// A safety line that can be removed on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Sabotage {
            $($(#[$doc])* $name,)*
        }

        impl Sabotage {
            /// Every one.
            pub const ALL: &[Sabotage] = &[$(Sabotage::$name,)*];

            /// Its name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Sabotage::$name => $text,)* }
            }

            /// The promise that breaks without that line.
            pub fn breaks(self) -> Promise {
                match self { $(Sabotage::$name => Promise::$promise,)* }
            }

            /// The one of that name.
            pub fn named(name: &str) -> Option<Sabotage> {
                Sabotage::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

sabotages! {
    /// A charge without a reply is simply charged again as a new order.
    ChargedAgainUnderAnotherNumber = "charged_again" breaks OneCharge;
    /// A node that dies takes along what it had acknowledged last.
    AcknowledgedIsForgotten = "acknowledged_forgotten" breaks AcknowledgedStays;
    /// Calls leave although the store failed to keep their intent.
    FailedCommitIsIgnored = "failed_commit_ignored" breaks DurableBeforeSent;
    /// A charge without a reply is read as refused.
    SilenceIsRefusal = "silence_is_refusal" breaks SilenceProvesNothing;
    /// A reply that proves nothing is read as refused.
    DoubtIsRefusal = "doubt_is_refusal" breaks SilenceProvesNothing;
    /// Replies are believed whatever their signature.
    SignaturesAreNotChecked = "signatures_not_checked" breaks SilenceProvesNothing;
    /// When trouble is over nobody looks at what is due any more.
    NothingIsDueAnyMore = "nothing_is_due" breaks UnknownEnds;
    /// The store loses the last fact of a payment that was announced as paid.
    FactsAreEdited = "facts_are_edited" breaks OutcomeStays;
    /// Each refund is sent a second time under another number.
    RefundedUnderAnotherNumber = "refunded_again" breaks RefundsWithinPaid;
    /// The till lets goods go on any answer.
    GoodsLeaveUnpaid = "goods_leave_unpaid" breaks NoGoodsOnAClosedPayment;
    /// Notifications are believed whatever their signature.
    ForgedNoticesAreBelieved = "forged_notices" breaks NoticesOnlyMakeUsLook;
    /// Other content under the same key looks like the same.
    OtherContentLooksTheSame = "other_content" breaks KeyIsOneContent;
    /// Money is posted once instead of twice.
    OneLegOnly = "one_leg_only" breaks BooksBalance;
    /// Refunds are said to be done and never sent.
    RefundForgotten = "refund_forgotten" breaks BooksAgree;
    /// A lost request is taken for one that can no longer arrive.
    StrayRequestsAreForgotten = "stray_requests" breaks BooksAgree;
    /// The clock that payments are driven by leaps when the wall's is set.
    ClockLeaps = "clock_leaps" breaks ClocksDecideNothing;
    /// After an earlier store came back nobody reads the bill.
    BillIsNotReadAfterRestore = "bill_not_read" breaks RestoreAndBill;
    /// The store takes rows from anybody.
    NobodyIsFenced = "nobody_is_fenced" breaks OneDriver;
    /// A node that slept sends what it had decided on before.
    LeaseIsNotLookedAt = "lease_not_looked_at" breaks OneDriver;
    /// The server takes a till's entries without a look at what it holds.
    EntriesAreTakenUnseen = "entries_unseen" breaks JournalEntersOnce;
    /// The store keeps times in whole seconds.
    TimesAreRounded = "times_rounded" breaks MemoryIsFacts;
    /// Answers are dated by the provider's clock, which is behind.
    ProvidersClockDates = "providers_clock" breaks OrderlyStory;
    /// Nobody asks whose payment it is.
    MerchantIsNotAsked = "merchant_not_asked" breaks OwnPaymentsOnly;
    /// One reason for a refusal is taken for another.
    ReasonsAreMixedUp = "reasons_mixed_up" breaks TreatmentDecides;
}

/// Sales in one world.
pub const WORLD: u64 = 200;
/// One world in so many goes over the whole wire, and one in so many is signed with RSA besides.
const WIRED: u64 = 50;
const SIGNED: u64 = 5_000;

/// Lives as many worlds as the payments need, on so many threads. `progress` is told how many sales are done.
pub fn run(options: &Options, threads: usize, progress: &(dyn Fn(u64) + Sync)) -> Report {
    let worlds = options.payments.div_ceil(WORLD);
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut lived = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= worlds {
                return lived;
            }
            let sales = (options.payments - number * WORLD).min(WORLD);
            lived.push((number, replay_world(seed_of(options.seed, number), sales, options.sabotage)));
            progress(done.fetch_add(sales, Ordering::Relaxed) + sales);
        }
    };
    let mut reports = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().expect("a world does not panic"));
        }
        all
    });
    reports.sort_by_key(|(number, _)| *number);
    let mut total = Report::default();
    reports.into_iter().for_each(|(_, report)| total.absorb(report));
    total
}

/// Lives one world: that of a [`Violation`]'s seed, or any. Payments that broke a promise come with a trace.
pub fn replay_world(seed: u64, sales: u64, sabotage: Option<Sabotage>) -> Report {
    let plan = plan(seed, sales, sabotage);
    let (report, _) = world::live(&plan);
    if report.violations.is_empty() {
        return report;
    }
    let traced = report.violations.iter().filter_map(|violation| violation.payment).collect();
    world::live(&Plan { traced, ..plan }).0
}

fn plan(seed: u64, sales: u64, sabotage: Option<Sabotage>) -> Plan {
    Plan { seed, sales, wire: wire_of(seed), sabotage, faults: Faults::ALL, traced: BTreeSet::new() }
}

/// The seed of one of a run's worlds. Its last two bits say how providers are reached there.
fn seed_of(seed: u64, number: u64) -> u64 {
    let drawn = Random::new(seed ^ number.wrapping_mul(0xd605_1c33_9f26_81a5)).bits();
    let wire = match number {
        number if number % SIGNED == SIGNED / 2 => 2,
        number if number % WIRED == WIRED / 2 => 1,
        _ => 0,
    };
    drawn & !3 | wire
}

fn wire_of(seed: u64) -> Wire {
    match seed & 3 {
        1 => Wire::Checksum,
        2 => Wire::Rsa,
        _ => Wire::None,
    }
}
