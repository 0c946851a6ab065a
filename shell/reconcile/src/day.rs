//! One channel's day: fetch or take the bill, hold it against the book, keep what differs, begin the cures.

use crate::fetch::{FetchError, fetch, unpacked};
use crate::join::{JoinError, Joined, join};
use crate::{DayVerdict, Reconciler, Stage};
use base::{ChannelId, PaymentId, RefundId, Text, Timestamp};
use drive::{ChannelSetup, DriveError, NoAnswer};
use payment::{Command, Match, Paid, Payment, Refusal, Source, fold};
use provider_contract::bills::{BillSort, NoBill};
use settlement::{
    Again, Book, Class, Cure, Day, Difference, DifferenceState, Kind, ManualMatch, ManualRecord, Rules, Sums,
    book_rows, judge_again, match_manual,
};
use std::path::{Path, PathBuf};
use store::{
    BillDay, BillState, DifferenceAct, DifferenceFilter, KeptDifference, MerchantScope, OpenDifferences,
    StoreError,
};

/// Who acts when nobody in particular does.
pub(crate) const PAYDESK: &str = "paydesk";
/// Why nothing can be asked: the words that the page knows.
const UNKNOWN: &str = "no such payment here";

/// Why a day could not be reconciled. Nothing was changed but the record that it failed.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The channel is not configured.
    #[error("no such channel")]
    NoSuchChannel,
    /// The provider makes no bills.
    #[error("this provider makes no bills")]
    NoBills,
    /// The same day is being read already.
    #[error("this day is being reconciled already")]
    UnderWay,
    /// There is no bill to be had.
    #[error("{}", .0.en)]
    NoBill(Text),
    /// It could not be held against the book.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{0}")]
    File(String),
}

/// What came of a day.
#[derive(Clone, Debug)]
pub struct DayReport {
    /// The bill as it is recorded now.
    pub bill: BillDay,
    /// Every difference of the day as it stands.
    pub differences: Vec<KeptDifference>,
    /// How many of them are new.
    pub new: usize,
}

impl DayReport {
    /// What the day has come to.
    pub fn verdict(&self) -> DayVerdict {
        let mut open = OpenDifferences::default();
        for one in self.differences.iter().filter(|one| !one.state.is_closed()) {
            match one.state {
                DifferenceState::Raised => open.raised += 1,
                _ => open.under_way += 1,
            }
        }
        DayVerdict::of(&self.bill, open)
    }
}

impl ReconcileError {
    /// The error's name in reports and on the wire. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            ReconcileError::NoSuchChannel => "no_such_channel",
            ReconcileError::NoBills => "no_bills",
            ReconcileError::UnderWay => "under_way",
            ReconcileError::NoBill(_) => "no_bill",
            ReconcileError::Join(JoinError::Bad(bad)) => bad.code(),
            ReconcileError::Join(JoinError::TooManyDifferences { .. }) => "too_many_differences",
            ReconcileError::Join(JoinError::Io(_)) | ReconcileError::File(_) => "file_unreadable",
            ReconcileError::Store(_) => "store_failed",
        }
    }

    /// What happened and what to do, for people.
    pub fn text(&self) -> Text {
        match self {
            ReconcileError::NoSuchChannel => Text::new(
                "配置里没有这个通道，没有对账；请检查通道的编号或名称",
                "The configuration has no such channel, so nothing was reconciled; check the channel's id or name",
            ),
            ReconcileError::NoBills => Text::new(
                "这家支付方不出账单，不能自动对账；请按它后台的流水人工核对",
                "This provider makes no bills, so it cannot be reconciled by itself; compare with the list on its own site",
            ),
            ReconcileError::UnderWay => Text::new(
                "这一天正在对账，没有再开始一次；等它完成后看结果",
                "This day is being reconciled already, so it was not begun again; wait for it and look at the result",
            ),
            ReconcileError::NoBill(text) => text.clone(),
            ReconcileError::Join(JoinError::Bad(bad)) => bad.text(),
            ReconcileError::Join(JoinError::TooManyDifferences { count, .. }) => Text::new(
                format!(
                    "有 {count} 行对不上，多得不像话，所以一条也没有记；请核对通道、日期，或本系统的数据是否完整"
                ),
                format!(
                    "{count} rows differ, which cannot be right, so none was recorded: check channel and day, or whether our own data is whole"
                ),
            ),
            ReconcileError::Join(JoinError::Io(why)) => file_failed(why),
            ReconcileError::File(why) => file_failed(why),
            ReconcileError::Store(why) => Text::new(
                format!("数据库出错，这一天没有对完：{why}。请先修好数据库再对一次，重复对账不会记两遍"),
                format!(
                    "The database failed, so this day was not reconciled to its end: {why}. Mend the database and reconcile again; doing it twice records nothing twice"
                ),
            ),
        }
    }
}

fn file_failed(why: &dyn std::fmt::Display) -> Text {
    Text::new(
        format!("账单文件读写不了，没有对账：{why}。请检查文件、磁盘空间和权限，再对一次"),
        format!(
            "The bill's file cannot be read or written, so nothing was reconciled: {why}. Check the file, the free space and the rights, and try again"
        ),
    )
}

impl Reconciler {
    /// Reconciles a channel's day, from a file that a person downloaded if one is given. Doing it again with the same
    /// bill changes nothing.
    pub async fn day(
        &self,
        channel: ChannelId,
        day: Day,
        file: Option<&Path>,
    ) -> Result<DayReport, ReconcileError> {
        let setup = self.asker.channel(channel).cloned().ok_or(ReconcileError::NoSuchChannel)?;
        if setup.provider.bills().is_none() {
            return Err(ReconcileError::NoBills);
        }
        let _turn = self.turn(channel, day).ok_or(ReconcileError::UnderWay)?;
        let mut bill = self.recorded(&setup, day).await?;
        bill.state = BillState::Running;
        self.record(&mut bill).await?;
        let outcome = self.read_day(&setup, &mut bill, file).await;
        if let Err(error) = &outcome {
            let waits = matches!(error, ReconcileError::NoBill(_)) && !self.is_late(&setup, day);
            bill.state = if waits { BillState::NotReady } else { BillState::Failed };
            bill.problem = (error.code().to_owned(), error.text());
            self.record(&mut bill).await?;
        }
        outcome
    }

    async fn read_day(
        &self,
        setup: &ChannelSetup,
        bill: &mut BillDay,
        file: Option<&Path>,
    ) -> Result<DayReport, ReconcileError> {
        let day = bill.day;
        let folder = self.folder.join(format!("{}-{day}", setup.id));
        std::fs::create_dir_all(&folder).map_err(|error| ReconcileError::File(error.to_string()))?;
        let path = match file {
            Some(file) => unpacked(setup, file, &folder).await,
            None => fetch(self, setup.id, BillSort::Trades, day, &folder).await,
        };
        let done = match path {
            Ok(path) => self.hold_against_the_book(setup, bill, path, file.is_none()).await,
            Err(FetchError::Join(error)) => Err(error.into()),
            Err(FetchError::NoAnswer(error)) => Err(ReconcileError::NoBill(no_answer(&error))),
            Err(FetchError::NoBill(why)) => self.without_a_bill(setup, bill, &why).await,
        };
        // The file may name customers; what is wanted of it is kept.
        let _ = std::fs::remove_dir_all(&folder);
        done
    }

    async fn without_a_bill(
        &self,
        setup: &ChannelSetup,
        bill: &mut BillDay,
        why: &NoBill,
    ) -> Result<DayReport, ReconcileError> {
        let nothing = match why {
            NoBill::NothingHappened => true,
            NoBill::NotThere => self.is_late(setup, bill.day),
            NoBill::NotReady | NoBill::Refused(_) | NoBill::Unclear(_) => false,
        };
        if !nothing {
            return Err(ReconcileError::NoBill(no_bill(why)));
        }
        let book = self.book(setup, bill.day).await?;
        let book = book.seal();
        let differences = settlement::Matcher::new(&book, Rules::default()).finish().differences;
        bill.state = BillState::Nothing;
        self.keep(setup, bill, differences, Sums::default()).await
    }

    async fn hold_against_the_book(
        &self,
        setup: &ChannelSetup,
        bill: &mut BillDay,
        path: PathBuf,
        with_funds: bool,
    ) -> Result<DayReport, ReconcileError> {
        let book = self.book(setup, bill.day).await?;
        let reader = setup.provider.bills().expect("it was asked before").reader(BillSort::Trades, bill.day);
        let told = std::sync::Arc::clone(&self.told);
        let funds_folder = path.with_extension("funds");
        let joined: Joined = tokio::task::spawn_blocking(move || {
            join(&path, reader, book, Rules::default(), &|done, all| told(Stage::Reading, done, all))
        })
        .await
        .map_err(|error| ReconcileError::File(error.to_string()))??;
        bill.state = BillState::Done;
        bill.sums = joined.reconciled.sums;
        if with_funds {
            self.hold_funds(setup, bill, &funds_folder).await;
        }
        self.keep(setup, bill, joined.reconciled.differences, joined.reconciled.sums).await
    }

    async fn book(&self, setup: &ChannelSetup, day: Day) -> Result<Book, StoreError> {
        let mut book = Book::default();
        let scope = MerchantScope(setup.merchant);
        let mut rows = 0;
        let fees = self.fees.get(&setup.id);
        let push = |row: &settlement::BookRow| {
            book.push(&fees.map_or(*row, |rule| rule.expect(*row)));
            rows += 1;
            if rows % 10_000 == 0 {
                (self.told)(Stage::Book, rows, 0);
            }
        };
        self.store.book_rows(&scope, setup.id, day, push).await?;
        Ok(book)
    }

    /// Refines what was found with what the book knows of other days, keeps it, and begins the cures.
    async fn keep(
        &self,
        setup: &ChannelSetup,
        bill: &mut BillDay,
        found: Vec<Difference>,
        sums: Sums,
    ) -> Result<DayReport, ReconcileError> {
        let store = &self.store;
        let scope = MerchantScope(setup.merchant);
        let mut kept = self.refined(setup, bill.day, found).await?;
        self.match_records(setup, bill.day, &mut kept).await?;
        (bill.sums, bill.problem) = (sums, (String::new(), Text::default()));
        bill.updated_at = self.now();
        let new = store.keep_differences(bill, &kept).await?;
        for one in &new {
            self.begin_cure(one).await?;
        }
        self.close_the_day_before(setup, bill.day, &kept).await?;
        self.record(bill).await?;
        self.follow_up(setup.merchant).await?;
        let filter = DifferenceFilter {
            channel: Some(setup.id),
            day: Some(bill.day),
            limit: 10_000,
            ..DifferenceFilter::default()
        };
        let differences = store.differences(&scope, &filter).await?;
        Ok(DayReport { bill: bill.clone(), differences, new: new.len() })
    }

    async fn refined(
        &self,
        setup: &ChannelSetup,
        day: Day,
        found: Vec<Difference>,
    ) -> Result<Vec<KeptDifference>, StoreError> {
        let scope = MerchantScope(setup.merchant);
        let refunds = found.iter().filter(|one| one.kind == Kind::Refund).filter_map(|one| one.id);
        let refunds: Vec<RefundId> = refunds.map(RefundId::from_u128).collect();
        let of_refund = self.store.payments_of_refunds(&scope, &refunds).await?;
        let mut kept = Vec::new();
        for difference in found {
            let payment = difference.id.map(|id| {
                let refund = of_refund.iter().find(|(refund, _)| refund.as_u128() == id);
                refund.map_or(PaymentId::from_u128(id), |(_, payment)| *payment)
            });
            let known = match payment {
                Some(payment) => self.payment(&scope, payment).await?,
                None => None,
            };
            let Some(difference) = refine(difference, known.as_ref(), day) else { continue };
            if difference.class == Class::MissingThere
                && self.was_in_the_bill_before(setup, day, &difference).await?
            {
                continue;
            }
            kept.push(self.kept(setup, day, difference, known.map(|known| known.request.id)));
        }
        Ok(kept)
    }

    fn kept(
        &self,
        setup: &ChannelSetup,
        day: Day,
        difference: Difference,
        payment: Option<PaymentId>,
    ) -> KeptDifference {
        let now = self.now();
        let cure = difference.cure();
        let state = cure.begins();
        let (channel, candidates) = (setup.id, Vec::new());
        KeptDifference {
            channel,
            day,
            difference,
            payment,
            candidates,
            cure,
            state,
            found_at: now,
            changed_at: now,
        }
    }

    /// A row that the bill of the day before had already, though our book counts it to this day.
    async fn was_in_the_bill_before(
        &self,
        setup: &ChannelSetup,
        day: Day,
        difference: &Difference,
    ) -> Result<bool, StoreError> {
        let scope = MerchantScope(setup.merchant);
        // It came a day early, and with another fee if so.
        for class in [Class::Late, Class::Fee] {
            let early = Difference { class, ..difference.clone() };
            if self.store.difference(&scope, setup.id, day.previous(), &early.key()).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Bill rows without a number of ours that a person wrote down.
    async fn match_records(
        &self,
        setup: &ChannelSetup,
        day: Day,
        kept: &mut [KeptDifference],
    ) -> Result<(), StoreError> {
        let scope = MerchantScope(setup.merchant);
        let mut records = Vec::new();
        for id in self.store.unverified_records(&scope, setup.id, day).await? {
            records.extend(self.payment(&scope, id).await?.as_ref().and_then(record_of));
        }
        let foreign: Vec<usize> = (0..kept.len()).filter(|at| is_foreign(&kept[*at].difference)).collect();
        if foreign.is_empty() {
            return Ok(());
        }
        let transactions: Vec<&str> = foreign.iter().map(|at| transaction(&kept[*at].difference)).collect();
        let claimed = self.store.claimed_transactions(&scope, setup.id, &transactions).await?;
        let owner = |one: &KeptDifference| claimed.get(transaction(&one.difference)).copied();
        records.retain(|record| !claimed.values().any(|payment| *payment == record.payment));
        let free: Vec<usize> = foreign.iter().copied().filter(|at| owner(&kept[*at]).is_none()).collect();
        let rows: Vec<Difference> = free.iter().map(|at| kept[*at].difference.clone()).collect();
        for (at, found) in free.into_iter().zip(match_manual(&rows, &records)) {
            match found {
                ManualMatch::Record(payment) => self.match_one(setup, &mut kept[at], payment).await?,
                ManualMatch::Ambiguous(candidates) => kept[at].candidates = candidates,
                ManualMatch::None => {}
            }
        }
        // What a row was found to be before, it stays; whoever claimed it may not have come further.
        for at in foreign {
            if let Some(payment) = owner(&kept[at]) {
                self.match_one(setup, &mut kept[at], payment).await?;
            }
        }
        Ok(())
    }

    async fn match_one(
        &self,
        setup: &ChannelSetup,
        one: &mut KeptDifference,
        record: PaymentId,
    ) -> Result<(), StoreError> {
        one.payment = Some(record);
        match self.matched((setup.merchant, setup.id), one.day, record, &one.difference).await? {
            Matched::Yes => (one.cure, one.state) = (Cure::Note, DifferenceState::Noted),
            // The server that drives the payment does it.
            Matched::NotNow => (one.cure, one.state) = (Cure::Look, DifferenceState::Asking),
            Matched::Refused => {}
        }
        Ok(())
    }

    /// Matches a row to a record: the transaction is claimed first, so that it is never two records' on two days.
    async fn matched(
        &self,
        (merchant, channel): (base::MerchantId, ChannelId),
        day: Day,
        payment: PaymentId,
        row: &Difference,
    ) -> Result<Matched, StoreError> {
        // What has no number cannot be told from another of the same amount.
        let Some(theirs) = row.theirs.as_ref().filter(|theirs| !theirs.transaction.is_empty()) else {
            return Ok(Matched::Refused);
        };
        let Some(engine) = &self.engine else { return Ok(Matched::NotNow) };
        let scope = MerchantScope(merchant);
        if !self.store.claim_transaction(&scope, channel, &theirs.transaction, payment).await? {
            return Ok(Matched::Refused);
        }
        let paid = Paid {
            amount: base::Money::new(theirs.amount, theirs.currency),
            transaction: theirs.transaction.clone(),
            at: theirs.at,
            payer: String::new(),
            funds: String::new(),
        };
        let source = Source::Bill { name: day.to_string(), row: theirs.line };
        let found = Match { source, paid, by: String::new() };
        match engine.command(payment, merchant, Command::Match(found)).await {
            Ok(_) => Ok(Matched::Yes),
            Err(DriveError::Refused(_)) => {
                self.store.give_up_claim(&scope, channel, &theirs.transaction, payment).await?;
                Ok(Matched::Refused)
            }
            Err(error) => {
                tracing::info!(%payment, "cannot be matched now: {error}");
                Ok(Matched::NotNow)
            }
        }
    }

    /// Carries out a match that whoever found it could not.
    async fn match_later(
        &self,
        merchant: base::MerchantId,
        one: &KeptDifference,
        record: PaymentId,
    ) -> Result<(), StoreError> {
        let (state, cure, act) =
            match self.matched((merchant, one.channel), one.day, record, &one.difference).await? {
                Matched::Yes => (DifferenceState::Noted, Cure::Note, "matched"),
                Matched::Refused => (DifferenceState::Raised, Cure::Person, "raised"),
                Matched::NotNow => return Ok(()),
            };
        let changed = KeptDifference { state, cure, changed_at: self.now(), ..one.clone() };
        let act = self.act(act, record.to_string());
        self.store.act_on_difference(&MerchantScope(merchant), &changed, &act).await.map(|_| ())
    }

    /// What the day before awaited of this bill: found, or a person is told.
    async fn close_the_day_before(
        &self,
        setup: &ChannelSetup,
        day: Day,
        kept: &[KeptDifference],
    ) -> Result<(), StoreError> {
        let scope = MerchantScope(setup.merchant);
        let filter = DifferenceFilter {
            channel: Some(setup.id),
            day: Some(day.previous()),
            state: Some(DifferenceState::Waiting),
            limit: 10_000,
            ..DifferenceFilter::default()
        };
        for mut one in self.store.differences(&scope, &filter).await? {
            let came = kept.iter().any(|new| {
                new.difference.theirs.is_some()
                    && (new.difference.kind, new.difference.id) == (one.difference.kind, one.difference.id)
            });
            let act = if came {
                one.state = DifferenceState::Cured;
                self.act("in_the_next_bill", day.to_string())
            } else {
                (one.state, one.cure) = (DifferenceState::Raised, Cure::Person);
                self.act("raised", format!("not in the bill of {day} either"))
            };
            self.store.act_on_difference(&scope, &one, &act).await?;
        }
        Ok(())
    }

    async fn begin_cure(&self, one: &KeptDifference) -> Result<(), StoreError> {
        if one.state == DifferenceState::Asking && record_to_match(one).is_none() {
            self.look(one, PAYDESK).await?;
        }
        Ok(())
    }

    /// Has the provider asked again about the payment of a difference. False if that cannot be done.
    pub async fn look(&self, one: &KeptDifference, by: &str) -> Result<bool, StoreError> {
        let (Some(payment), Some(engine)) = (one.payment, &self.engine) else { return Ok(false) };
        let Some(setup) = self.asker.channel(one.channel).cloned() else { return Ok(false) };
        let scope = MerchantScope(setup.merchant);
        let wish = Command::Look { by: by.to_owned() };
        let (act, detail, done) = match engine.command(payment, setup.merchant, wish).await {
            Ok(_) => ("look", payment.to_string(), true),
            Err(DriveError::Refused(Refusal::NoSuchPayment)) => ("look_failed", UNKNOWN.to_owned(), false),
            Err(DriveError::Refused(why)) => ("look_failed", why.text().en, false),
            // Another server drives the payment at this moment, or nothing could be recorded: tried again later.
            Err(error) => {
                tracing::info!(%payment, "cannot be looked at now: {error}");
                return Ok(false);
            }
        };
        let (state, cure) = match (done, one.cure) {
            (true, Cure::Person) => (DifferenceState::Asking, Cure::Look),
            (true, cure) => (DifferenceState::Asking, cure),
            (false, _) => (DifferenceState::Raised, Cure::Person),
        };
        let act = DifferenceAct { actor: by.to_owned(), ..self.act(act, detail) };
        self.store.act_on_difference(&scope, &KeptDifference { state, cure, ..one.clone() }, &act).await?;
        Ok(done)
    }

    /// Looks how the payments stand that providers were asked about because of differences.
    pub async fn follow_up(&self, merchant: base::MerchantId) -> Result<(), StoreError> {
        let scope = MerchantScope(merchant);
        let filter = DifferenceFilter {
            state: Some(DifferenceState::Asking),
            limit: 10_000,
            ..DifferenceFilter::default()
        };
        for one in self.store.differences(&scope, &filter).await? {
            if let Some(record) = record_to_match(&one) {
                self.match_later(merchant, &one, record).await?;
                continue;
            }
            let known = match one.payment {
                Some(payment) => self.payment(&scope, payment).await?,
                None => None,
            };
            // Found by a program that could not ask.
            if one.changed_at == one.found_at && self.look(&one, PAYDESK).await? {
                continue;
            }
            if let Some((state, act)) = self.standing(&one, known.as_ref()) {
                let cure = if state == DifferenceState::Raised { Cure::Person } else { one.cure };
                let changed = KeptDifference { state, cure, changed_at: self.now(), ..one };
                self.store.act_on_difference(&scope, &changed, &act).await?;
            }
        }
        Ok(())
    }

    /// How a difference stands that the provider was asked about; nothing if nothing is known yet.
    fn standing(
        &self,
        one: &KeptDifference,
        known: Option<&Payment>,
    ) -> Option<(DifferenceState, DifferenceAct)> {
        let Some(payment) = known else {
            return Some((DifferenceState::Raised, self.act("raised", UNKNOWN.to_owned())));
        };
        let answered = payment.look_wanted.is_none()
            && payment.history.inquiry_ended.is_some_and(|ended| ended >= one.changed_at);
        let went_back =
            one.difference.is_money_nobody_owns() && payment.paid().is_some() && payment.undo.is_some();
        let rows = book_rows(payment, one.day);
        let row =
            rows.iter().find(|row| (row.kind, Some(row.id)) == (one.difference.kind, one.difference.id));
        match judge_again(&one.difference, row, answered, went_back) {
            Again::GoesBack if payment.owed_back() => None,
            Again::GoesBack => Some((DifferenceState::Cured, self.act("given_back", String::new()))),
            Again::Agrees => Some((DifferenceState::Cured, self.act("agrees_now", String::new()))),
            Again::Differs(_) => {
                Some((DifferenceState::Raised, self.act("raised", "asked; it still differs".to_owned())))
            }
            Again::Waits => None,
        }
    }

    pub(crate) fn act(&self, act: &str, detail: String) -> DifferenceAct {
        DifferenceAct { at: self.now(), actor: PAYDESK.to_owned(), act: act.to_owned(), detail }
    }

    async fn payment(&self, scope: &MerchantScope, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(self.store.payment_entries(scope, id).await?.map(|entries| fold(&entries)))
    }

    async fn recorded(&self, setup: &ChannelSetup, day: Day) -> Result<BillDay, StoreError> {
        let known = self.store.bill(&MerchantScope(setup.merchant), setup.id, day).await?;
        Ok(known.unwrap_or(BillDay {
            channel: setup.id,
            day,
            merchant: setup.merchant,
            state: BillState::Running,
            problem: (String::new(), Text::default()),
            sums: Sums::default(),
            funds: None,
            updated_at: self.now(),
        }))
    }

    pub(crate) async fn record(&self, bill: &mut BillDay) -> Result<(), StoreError> {
        bill.updated_at = self.now();
        self.store.put_bill(bill).await
    }

    /// So long after its hour that a bill that is not there never will be.
    fn is_late(&self, setup: &ChannelSetup, day: Day) -> bool {
        let ready = setup.provider.bills().map(|bills| bills.ready_at(day));
        ready.is_some_and(|ready| self.now() > ready + std::time::Duration::from_secs(12 * 3600))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.asker.clock().now()
    }
}

/// What became of matching a bill row to what a person wrote down.
enum Matched {
    Yes,
    /// It is not what the payment needs: a person decides.
    Refused,
    /// Whoever drives the payment is not here.
    NotNow,
}

/// The record by hand that a row of the bill is, if the two are still to be matched.
fn record_to_match(one: &KeptDifference) -> Option<PaymentId> {
    one.payment.filter(|_| is_foreign(&one.difference) && one.state == DifferenceState::Asking)
}

/// Money in the bill without a number of ours.
fn is_foreign(difference: &Difference) -> bool {
    difference.class == Class::MissingHere && difference.id.is_none() && difference.kind == Kind::Sale
}

fn transaction(difference: &Difference) -> &str {
    difference.theirs.as_ref().map_or("", |theirs| theirs.transaction.as_str())
}

/// The difference with what the payment itself tells; nothing if it is none.
fn refine(difference: Difference, known: Option<&Payment>, day: Day) -> Option<Difference> {
    let Some(payment) = known else { return Some(difference) };
    // What a person vouches for bears no number of the provider, so a bill never has it.
    if payment.request.method.is_by_hand() && difference.class == Class::MissingThere {
        return None;
    }
    let rows = book_rows(payment, day);
    let row = rows.iter().find(|row| (row.kind, Some(row.id)) == (difference.kind, difference.id));
    match difference.class {
        Class::MissingHere => match judge_again(&difference, row, true, false) {
            Again::Differs(difference) => Some(difference),
            Again::Agrees | Again::GoesBack | Again::Waits => None,
        },
        Class::Duplicate => {
            let ours = payment.paid().map(|paid| paid.transaction.as_str());
            let theirs = difference.theirs.as_ref().map(|theirs| theirs.transaction.as_str());
            Some(Difference { same_transaction: Some(ours.is_some() && ours == theirs), ..difference })
        }
        _ => Some(difference),
    }
}

fn record_of(payment: &Payment) -> Option<ManualRecord> {
    let payment::Method::ShopCode { digits, .. } = &payment.request.method else { return None };
    Some(ManualRecord {
        payment: payment.request.id,
        amount: payment.request.amount.minor(),
        at: payment.requested_at,
        tail: digits.clone(),
    })
}

pub(crate) fn no_answer(why: &NoAnswer) -> Text {
    match why {
        NoAnswer::NoSuchChannel => ReconcileError::NoSuchChannel.text(),
        NoAnswer::NotPossible => ReconcileError::NoBills.text(),
        NoAnswer::NoReply(why) => Text::new(
            format!(
                "没有取到账单，支付方没有应答（{why}）；这一天还没有对，稍后会自动再取，急用可从商户平台下载后用 paydesk reconcile --bill"
            ),
            format!(
                "The bill could not be fetched, the provider did not answer ({why}); the day is not reconciled yet. It is asked again by itself; in a hurry, download it from the provider's site and use paydesk reconcile --bill"
            ),
        ),
        NoAnswer::CannotKeep(why) => file_failed(why),
    }
}

pub(crate) fn no_bill(why: &NoBill) -> Text {
    match why {
        NoBill::NotReady | NoBill::NotThere => Text::new(
            "支付方还没有出这一天的账单，所以还没有对；稍后会自动再取",
            "The provider has not made the bill of this day, so it is not reconciled yet; it is asked again by itself",
        ),
        NoBill::NothingHappened => Text::new(
            "支付方说这一天没有交易，没有账单可对，不用处理",
            "The provider says that nothing happened on this day; there is no bill and nothing to do",
        ),
        NoBill::Refused(why) => Text::new(
            format!(
                "支付方拒绝给账单（{why}），这一天还没有对；请在商户平台检查账单权限，或下载后用 paydesk reconcile --bill"
            ),
            format!(
                "The provider refuses the bill ({why}), so this day is not reconciled; check on its site that bills are allowed, or download it there and use paydesk reconcile --bill"
            ),
        ),
        NoBill::Unclear(doubt) => Text::new(
            format!("取账单时{}，这一天还没有对；稍后会自动再取", doubt.text().zh),
            format!(
                "No bill yet, and the day is not reconciled: {}. It is asked again by itself",
                doubt.text().en
            ),
        ),
    }
}
