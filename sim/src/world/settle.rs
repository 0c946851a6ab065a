//! The end of the day: bills against the book, and every payment looked at once more against a model that is simpler
//! than the code: what the providers' own books say, and what was acknowledged to whom.

use super::World;
use super::channel::Wire;
use super::till::{Sale, sale_of};
use super::wallet::Line;
use crate::promises::Promise;
use crate::store::Store;
use base::{Currency, PaymentId, RefundId, Timestamp};
use payment::{Alarm, Ask, Charge, Entry, Fact, Next, Outcome, Payment, Reason, RefundState};
use provider_contract::Treatment;
use settlement::{BillRow, BookRow, Cure, Day, Difference, Kind, Moved, Place, book_rows, reconcile};
use std::collections::BTreeMap;

impl World {
    /// The bill of one of the two days arrives. Where it differs from the book, it is cured as it is for shops: by a
    /// look on the payment's ordinary path, or by telling a person.
    pub(super) fn compare_bills(&mut self, day: usize) {
        let first = Day::of(self.began);
        let day = if day == 0 { first } else { first.next() };
        let differences = self.differences(&self.store, day);
        for difference in differences {
            self.audit.count("bill_differences");
            let Some(payment) = self.payment_of(&difference) else {
                let detail = || format!("{difference:?}");
                self.audit.expect(Promise::BooksAgree, self.now, None, false, detail);
                continue;
            };
            let sale = sale_of(payment);
            match difference.cure() {
                Cure::Look | Cure::GiveBack => {
                    self.audit.watch(payment).seen_by_bill |= self.money_differs(payment);
                    self.audit.note(payment, self.now, || "the bill differs; somebody looks".to_owned());
                    self.look_for_the_bill(sale, payment);
                }
                Cure::Person => self.audit.watch(payment).raised = true,
                Cure::Note | Cure::RecordFee | Cure::AwaitNextBill => {}
            }
        }
    }

    /// Whether the shop's part of it differs: a row may be missing although the money is where both say.
    fn money_differs(&self, payment: PaymentId) -> bool {
        let line = self.channels.iter().find_map(|channel| channel.line(payment));
        let ours = kept_by_us(&payment::fold(self.store.facts(payment)));
        ours != line.as_ref().map_or(0, kept_by_provider)
    }

    /// What differs between a store's book and the providers' bill of the day.
    pub(super) fn differences(&self, store: &Store, day: Day) -> Vec<Difference> {
        let lines: Vec<Line> = self.channels.iter().flat_map(super::Channel::lines).collect();
        let bill = self.bill(&lines, day);
        let mut book: Vec<BookRow> = Vec::with_capacity(lines.len());
        for (_, facts) in store.all() {
            book.extend(book_rows(&payment::fold(facts), day));
        }
        if self.wire != Wire::None {
            // The fakes' books bear no times, so the two days' bills are one.
            book.iter_mut().for_each(|row| row.place = Place::Inside);
        }
        reconcile(&bill, &book)
    }

    fn bill(&self, lines: &[Line], day: Day) -> Vec<BillRow<'static>> {
        let mut rows = Vec::with_capacity(lines.len());
        let (start, end) = (day.start(), day.end());
        let mut push = |kind, id: u128, fen, at: Option<Timestamp>| {
            if at.is_some_and(|at| at < start || at >= end) {
                return;
            }
            rows.push(BillRow {
                line: rows.len() as u64 + 1,
                kind,
                id: Some(id),
                order_no: b"",
                refund_no: b"",
                transaction: b"",
                amount: fen,
                currency: Currency::Cny,
                fee: 0,
                moved: Moved::Yes,
                at,
            });
        };
        for line in lines {
            let Some(paid) = line.paid else { continue };
            push(Kind::Sale, line.order.as_u128(), paid, line.paid_at);
            for (refund, fen, at) in &line.refunds {
                if at.is_none_or(|at| at <= self.now) {
                    push(Kind::Refund, refund.as_u128(), *fen, *at);
                }
            }
            if line.reversed {
                push(Kind::Refund, line.order.as_u128(), paid, line.reversed_at);
            }
        }
        rows
    }

    /// Whose difference it is: a sale's own, or that of the payment a refund belongs to.
    fn payment_of(&self, difference: &Difference) -> Option<PaymentId> {
        let id = PaymentId::from_u128(difference.id?);
        if !self.store.facts(id).is_empty() {
            return Some(id);
        }
        let refund = RefundId::from_u128(difference.id?);
        let of = |(_, facts): &(PaymentId, &[Entry])| payment::fold(facts).refund(refund).is_some();
        self.store.all().find(of).map(|(id, _)| id)
    }

    /// The day is over: every payment is looked at once more.
    pub(super) fn settle_accounts(&mut self) {
        let books: BTreeMap<PaymentId, Line> =
            self.channels.iter().flat_map(super::Channel::lines).map(|line| (line.order, line)).collect();
        let store = std::mem::take(&mut self.store);
        let now = self.audit.last_rested;
        for (id, facts) in store.all() {
            self.audit.payments += 1;
            let payment = payment::fold(facts);
            self.story_is_orderly(now, id, facts);
            self.charged_once(now, id, books.get(&id));
            self.came_to_rest(now, &payment);
            self.announcements_stayed(now, &payment);
            self.books_agree(now, &payment, books.get(&id));
            self.refunds_are_within(now, &payment, books.get(&id));
            self.goods_are_paid(now, &payment, books.get(&id));
        }
        self.acknowledged_exists(now, &store);
        self.nobody_else_was_charged(now, &store, &books);
        self.codes_were_charged_once(now, &store, &books);
        self.all_rested_in_time(now);
        self.journals_are_whole(now);
        self.restored_is_the_same(now);
        for id in self.audit.traced.clone() {
            self.audit.keep_story(id, store.facts(id));
        }
        self.store = store;
    }

    /// Promise 18. Calls one at a time, each ended once; a charge again only if the one before never left.
    fn story_is_orderly(&mut self, now: Timestamp, id: PaymentId, facts: &[Entry]) {
        let mut open: Option<(u32, Ask)> = None;
        let mut charge_left = false;
        let mut sound = true;
        for (position, entry) in facts.iter().enumerate() {
            sound &= position == 0 || facts[position - 1].at <= entry.at;
            match &entry.fact {
                Fact::Asked { call, ask, .. } => {
                    sound &= open.is_none() && !(*ask == Ask::Charge && charge_left);
                    charge_left |= *ask == Ask::Charge;
                    open = Some((*call, *ask));
                }
                Fact::Answered { call, .. } | Fact::Lost { call, .. } | Fact::NeverLeft { call, .. } => {
                    let ended = open.take().filter(|(opened, _)| opened == call);
                    sound &= ended.is_some();
                    let never_left = matches!(entry.fact, Fact::NeverLeft { .. });
                    if never_left && ended.is_some_and(|(_, ask)| ask == Ask::Charge) {
                        charge_left = false;
                    }
                }
                Fact::Requested(_) => sound &= position == 0,
                _ => {}
            }
        }
        let sound = sound && open.is_none();
        self.audit.expect(Promise::OrderlyStory, now, Some(id), sound, || "they do not".to_owned());
    }

    /// Promise 1. One charge leaves, and the provider charged once.
    fn charged_once(&mut self, now: Timestamp, id: PaymentId, book: Option<&Line>) {
        let left = self.audit.watch(id).charges_left;
        let charges = book.map_or(0, |book| book.charges);
        if left + charges > 0 {
            self.audit.expect(Promise::OneCharge, now, Some(id), left <= 1 && charges <= 1, || {
                format!("{left} charges left and the provider charged {charges} times")
            });
        }
    }

    /// Promises 5, 14, 20. Every payment rests or is raised for good reason.
    fn came_to_rest(&mut self, now: Timestamp, payment: &Payment) {
        let id = payment.request.id;
        let stands = self.audit.watch(id).stands.clone();
        let treatment = self.sales[sale_of(id)].treatment;
        let (name, rests) = match &stands {
            Some(Next::Rest(Outcome::Paid)) => ("paid", true),
            Some(Next::Rest(Outcome::NotPaid(_))) => ("not_paid", true),
            Some(Next::Rest(Outcome::Returned)) => ("returned", true),
            Some(Next::Escalate { why: Alarm::WrongAmount, until: None }) => {
                ("escalated", treatment == Treatment::WrongAmount)
            }
            Some(Next::Escalate { why: Alarm::CannotGiveBack, until: None }) => {
                ("escalated", treatment == Treatment::RefundRefused)
            }
            _ => ("open", false),
        };
        *self.audit.outcomes.entry(name).or_default() += 1;
        if name == "open" {
            self.audit.unresolved += 1;
        }
        let open_refund = payment.refunds.iter().any(|refund| refund.under_way());
        let stuck = name == "escalated" && rests;
        if self.audit.watch(id).was_unsure {
            self.audit.expect(Promise::UnknownEnds, now, Some(id), rests && (!open_refund || stuck), || {
                format!("{stands:?}, treated {}", treatment.name())
            });
        } else if !rests {
            self.audit.expect(Promise::UnknownEnds, now, Some(id), false, || format!("{stands:?}"));
        }
        self.treatment_decides(now, payment, stands, treatment);
    }

    /// Promises 14 and 20. Where nothing but clocks interferes, the treatment alone decides.
    fn treatment_decides(
        &mut self,
        now: Timestamp,
        payment: &Payment,
        stands: Option<Next>,
        treatment: Treatment,
    ) {
        let Some(Next::Rest(outcome)) = stands.filter(|_| self.undisturbed) else { return };
        let sale = &self.sales[sale_of(payment.request.id)];
        let expected = expected_in_calm(treatment, payment.request.method.is_payer_code());
        let Some(expected) = expected.filter(|_| sale.same_code_as.is_none() && !sale.changed_plan()) else {
            return;
        };
        let promise =
            if self.clocks_interfere { Promise::ClocksDecideNothing } else { Promise::TreatmentDecides };
        self.audit.expect(promise, now, Some(payment.request.id), expected == outcome, || {
            format!("{outcome:?} came of {}", treatment.name())
        });
    }

    /// Promise 6. Once the goods may go, only a refund that somebody asked for takes the money back.
    fn announcements_stayed(&mut self, now: Timestamp, payment: &Payment) {
        let id = payment.request.id;
        let announced = self.audit.watch(id).announced.clone();
        let asked_back = payment.refunds.iter().any(|refund| refund.request.is_some());
        let sound = announced.windows(2).all(|pair| match (pair[0], pair[1]) {
            (Outcome::Paid, Outcome::Returned) => asked_back,
            (Outcome::NotPaid(_), Outcome::Returned) => true,
            _ => false,
        });
        self.audit.expect(Promise::OutcomeStays, now, Some(id), sound, || format!("it was {announced:?}"));
    }

    /// Promise 13. The provider's book and ours say the same, to the fen, and without a bill but where it changed its mind.
    fn books_agree(&mut self, now: Timestamp, payment: &Payment, book: Option<&Line>) {
        let id = payment.request.id;
        let (ours, theirs) = (kept_by_us(payment), book.map_or(0, kept_by_provider));
        let raised = self.audit.watch(id).raised;
        self.audit.expect(Promise::BooksAgree, now, Some(id), ours == theirs || raised, || {
            format!("we say {ours} fen stay with the shop, the provider {theirs}: {book:?}")
        });
        let late = self.sales[sale_of(id)].treatment == Treatment::PaidAfterReverse;
        if self.audit.watch(id).seen_by_bill {
            self.audit.count("cured_by_bill");
            self.audit.expect(Promise::BooksAgree, now, Some(id), late, || {
                "only the bill showed what became of it".to_owned()
            });
        }
    }

    /// Promise 7. What went back is not more than what came, and every refund of the provider's is one of ours.
    fn refunds_are_within(&mut self, now: Timestamp, payment: &Payment, book: Option<&Line>) {
        let Some(book) = book.filter(|book| !book.refunds.is_empty()) else { return };
        let id = payment.request.id;
        let returned: i64 = book.refunds.iter().map(|(_, fen, _)| fen).sum();
        let known = book.refunds.iter().all(|(refund, ..)| done(payment, *refund));
        let within = returned <= book.paid.unwrap_or(0) && known;
        self.audit
            .expect(Promise::RefundsWithinPaid, now, Some(id), within, || format!("the provider: {book:?}"));
        let keys = std::mem::take(&mut self.audit.watch(id).refunds_acknowledged);
        for key in keys {
            let times = payment.refunds.iter().filter_map(|refund| refund.request.as_ref());
            let times = times.filter(|request| request.key == key).count();
            self.audit.expect(Promise::RefundsWithinPaid, now, Some(id), times == 1, || {
                format!("the refund {key} exists {times} times")
            });
        }
    }

    /// Promise 8. Goods left only on money that stayed until somebody asked for it back; late money did not stay unseen.
    fn goods_are_paid(&mut self, now: Timestamp, payment: &Payment, book: Option<&Line>) {
        let id = payment.request.id;
        let (goods, late) = (self.audit.watch(id).goods, self.audit.watch(id).late_money);
        if goods {
            let asked_back = payment.refunds.iter().any(|refund| refund.request.is_some());
            let paid = book.is_some_and(|book| book.paid.is_some() && !book.reversed);
            let kept = book.is_some_and(|book| kept_by_provider(book) > 0);
            self.audit.expect(
                Promise::NoGoodsOnAClosedPayment,
                now,
                Some(id),
                paid && (kept || asked_back),
                || format!("goods left, and the provider says {book:?}"),
            );
        }
        if late {
            let raised = matches!(self.audit.watch(id).stands, Some(Next::Escalate { .. }));
            let gone = book.is_none_or(|book| kept_by_provider(book) == 0);
            self.audit.expect(Promise::NoGoodsOnAClosedPayment, now, Some(id), gone || raised, || {
                format!("late money stays unseen: {book:?}")
            });
        }
    }

    /// Promise 2. What was acknowledged exists.
    fn acknowledged_exists(&mut self, now: Timestamp, store: &Store) {
        for sale in 0..self.audit.watched.len() {
            let watch = &self.audit.watched[sale];
            let (id, acknowledged) = (watch.id, watch.acknowledged);
            if acknowledged {
                let exists = id.is_some_and(|id| !store.facts(id).is_empty());
                self.audit.expect(Promise::AcknowledgedStays, now, id, exists, || "it is gone".to_owned());
            }
        }
    }

    /// Promise 1. The provider knows only orders that we recorded.
    fn nobody_else_was_charged(&mut self, now: Timestamp, store: &Store, books: &BTreeMap<PaymentId, Line>) {
        for (id, line) in books.iter().filter(|(id, _)| store.facts(**id).is_empty()) {
            self.audit.expect(Promise::OneCharge, now, None, false, || {
                format!("the provider has an order that nobody recorded: {id} {line:?}")
            });
        }
    }

    /// Promise 1. One code scanned for two sales is charged once.
    fn codes_were_charged_once(&mut self, now: Timestamp, store: &Store, books: &BTreeMap<PaymentId, Line>) {
        let mut charged: BTreeMap<usize, u32> = BTreeMap::new();
        for (id, line) in books.iter().filter(|(id, _)| !store.facts(**id).is_empty()) {
            *charged.entry(sale_of(*id)).or_default() += line.charges;
        }
        let times = |sale: usize| charged.get(&sale).copied().unwrap_or(0);
        let twins: Vec<(usize, usize)> = self
            .sales
            .iter()
            .enumerate()
            .filter_map(|(number, sale)| sale.same_code_as.map(|twin| (twin, number)))
            .collect();
        for (twin, number) in twins {
            let once = times(number) + times(twin) <= 1;
            self.audit.expect(Promise::OneCharge, now, self.sales[number].payment, once, || {
                format!("one code was charged for the sales {twin} and {number}")
            });
        }
    }

    fn all_rested_in_time(&mut self, now: Timestamp) {
        let bill = self.audit.watched.iter().any(|watch| watch.seen_by_bill);
        let late = self.audit.last_rested > self.audit.settle_by && !bill;
        if late {
            self.audit
                .expect(Promise::UnknownEnds, now, None, false, || format!("the last came to rest at {now}"));
        }
    }

    /// The order a difference is about, by the provider's own books.
    pub(super) fn order_of(
        &self,
        difference: &Difference,
        books: &BTreeMap<PaymentId, Line>,
    ) -> Option<PaymentId> {
        let id = PaymentId::from_u128(difference.id?);
        if books.contains_key(&id) {
            return Some(id);
        }
        let refund = RefundId::from_u128(difference.id?);
        let of = |line: &&Line| line.refunds.iter().any(|(known, ..)| *known == refund);
        books.values().find(of).map(|line| line.order)
    }
}

impl Sale {
    /// The cashier or the customer wanted something else of it.
    fn changed_plan(&self) -> bool {
        self.canceled || !self.refunds.is_empty()
    }
}

/// What a payment comes to if nothing interferes; nothing where several ends are right.
fn expected_in_calm(treatment: Treatment, by_code: bool) -> Option<Outcome> {
    if !by_code {
        return None;
    }
    match treatment {
        Treatment::Normal
        | Treatment::PasswordThenPaid
        | Treatment::Slow
        | Treatment::LostAfter
        | Treatment::NotifyTwice
        | Treatment::NotifyLate
        | Treatment::ErrorButPaid
        | Treatment::WrongSignature
        | Treatment::SignatureProbe
        | Treatment::RefundSlow
        | Treatment::RefundRefused => Some(Outcome::Paid),
        Treatment::InsufficientBalance => Some(Outcome::NotPaid(Reason::InsufficientBalance)),
        Treatment::CodeExpired => Some(Outcome::NotPaid(Reason::CodeExpired)),
        Treatment::PayerLimit => Some(Outcome::NotPaid(Reason::PayerLimitExceeded)),
        Treatment::Risk => Some(Outcome::NotPaid(Reason::RiskControl)),
        Treatment::PasswordNeverTyped => Some(Outcome::NotPaid(Reason::NotPaidInTime)),
        Treatment::PasswordThenRefused
        | Treatment::LostBefore
        | Treatment::CodeUsed
        | Treatment::CodeWrong
        | Treatment::ErrorNotPaid
        | Treatment::Maintenance
        | Treatment::WrongAmount
        | Treatment::ReverseNeedsRepeat
        | Treatment::PaidAfterReverse => None,
    }
}

/// What the provider's book leaves with the shop, in fen.
pub(super) fn kept_by_provider(line: &Line) -> i64 {
    let refunded: i64 = line.refunds.iter().map(|(_, fen, _)| fen).sum();
    match line.paid {
        Some(paid) if !line.reversed => paid - refunded,
        _ => 0,
    }
}

/// What our book leaves with the shop, in fen.
pub(super) fn kept_by_us(payment: &Payment) -> i64 {
    match &payment.charge {
        Charge::Paid { paid, .. } => paid.amount.minor() - payment.refunded().minor(),
        _ => 0,
    }
}

fn done(payment: &Payment, refund: RefundId) -> bool {
    payment.refund(refund).is_some_and(|refund| matches!(refund.state, RefundState::Done { .. }))
}
