//! What the server knows of this till's attempts and a copy that rests here does not: refunds made there, wallets'
//! notifications that came there, records that a bill verified there. Each is recorded by an ordinary command on the
//! payment's ordinary path.
//!
//! A look asks the server what became of the charge; whatever has no question of its own (a refund that nobody here
//! asked for, a match, a person's decision) is recorded as it was told under the server's seal. Telling the same again
//! changes nothing.

use crate::link::{Known, KnownMatch, KnownRefund, KnownSettlement};
use base::{Currency, Money, OrderNo, PaymentId, RefundNo, Timestamp};
use drive::{DriveError, Handle};
use engine::Which;
use payment::{
    Charge, Command, FoundRefund, Match, MoneyState, Next, Paid, Payment, Reason, Refund, RefundState,
    Settled, Settlement, Source, WithdrawnRefund,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::{Store, StoreError};

/// Who wants it, in the timeline.
const BY: &str = "server";
/// The mark is made durable at least so often; whatever is told again after a restart changes nothing.
const KEEP_EVERY: Duration = Duration::from_secs(30);

/// How far this device has come. Only what is recorded moves the durable mark.
#[derive(Default)]
pub(crate) struct Learning {
    /// The mark given last; nothing until the durable one was read.
    reached: Option<String>,
    /// The durable one, and since when.
    durable: Option<(String, Instant)>,
    /// Told and not recorded yet: the copy here is still on its way to the same end.
    owing: BTreeMap<PaymentId, Known>,
}

/// What the server told with its answer to a sign of life.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Told {
    pub attempts: Vec<Known>,
    pub mark: String,
}

/// What is to be done about an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// These, in this order; none if the copy says the same.
    Record(Vec<Command>),
    /// These, and the rest once the copy has found out what it asks because of them.
    Begin(Vec<Command>),
    /// Nothing now: the copy is still finding out by itself whether it is paid.
    Later,
}

impl Learning {
    /// The mark to give with the next sign of life; empty for a device that never learnt.
    pub async fn mark(&mut self, store: &Store) -> Result<String, StoreError> {
        if self.reached.is_none() {
            self.reached = Some(store.learnt().await?.unwrap_or_default());
        }
        Ok(self.reached.clone().unwrap_or_default())
    }

    /// Records what was told, and what was owing.
    pub async fn take(&mut self, store: &Store, handle: &Handle, told: Told) -> Result<(), StoreError> {
        for known in told.attempts {
            if let Ok(number) = known.attempt.parse::<OrderNo>() {
                self.owing.insert(number.id(), known);
            }
        }
        let mut owing = BTreeMap::new();
        for (id, known) in std::mem::take(&mut self.owing) {
            if !record(store, handle, id, &known).await? {
                owing.insert(id, known);
            }
        }
        self.owing = owing;
        let fresh = self
            .durable
            .as_ref()
            .is_some_and(|(mark, since)| *mark == told.mark || since.elapsed() < KEEP_EVERY);
        // After a restart everything from the durable mark on is told again, so it stays behind what is owing.
        if self.owing.is_empty() && !fresh {
            store.keep_learnt(&told.mark).await?;
            self.durable = Some((told.mark.clone(), Instant::now()));
        }
        self.reached = Some(told.mark);
        Ok(())
    }
}

/// Records what is known of an attempt; false if that must be tried again.
async fn record(store: &Store, handle: &Handle, id: PaymentId, known: &Known) -> Result<bool, StoreError> {
    let found = store.load(&[Which::Id(id)]).await?.pop().and_then(|(_, entries)| entries);
    // Asked for by another device of this till, and resting before this one took over: not in this book.
    let Some(entries) = found else { return Ok(true) };
    let payment = payment::fold(&entries);
    let policy = handle.policy(payment.request.channel);
    let next = payment::next(&payment, &policy, handle.clock().now());
    let (commands, whole) = match lesson(&payment, &next, known) {
        Lesson::Record(commands) => (commands, true),
        Lesson::Begin(commands) => (commands, false),
        Lesson::Later => return Ok(false),
    };
    for command in commands {
        match handle.command(id, payment.request.merchant, command).await {
            Ok(_) => {}
            Err(DriveError::Refused(refusal)) => {
                tracing::warn!(payment = %id, code = refusal.code(), "what the server knows is not recorded");
            }
            Err(error) => {
                tracing::warn!(payment = %id, "what the server knows is recorded later: {error}");
                return Ok(false);
            }
        }
    }
    Ok(whole)
}

/// What is to be done about an attempt of which the server knows this.
pub(crate) fn lesson(payment: &Payment, next: &Next, known: &Known) -> Lesson {
    if payment.request.method.is_by_hand() {
        let mut commands = by_hand(payment, known);
        commands.extend(refunds(payment, known).into_iter().map(Command::RecordRefund));
        commands.extend(withdrawn(payment, known));
        return Lesson::Record(commands);
    }
    let rests = matches!(next, Next::Rest(_));
    if let Some(lesson) = kept_late(payment, rests, known) {
        return lesson;
    }
    // Its own question whether the money goes back is still open; what is decided there comes after that.
    if payment.owed_back() && known.kept && !payment.waits_for_a_decision() {
        return Lesson::Later;
    }
    // What this till gave up, and what is not known to be paid, ends by this till's own questions.
    let kept_here = matches!(payment.charge, Charge::Paid { .. }) && payment.undo.is_none();
    let found = refunds(payment, known);
    if !kept_here && !rests && payment.undo.is_none() && !found.is_empty() {
        return Lesson::Later;
    }
    let found = if kept_here { found } else { Vec::new() };
    let returned: i64 = found.iter().map(|found| found.amount.minor()).sum();
    let mut commands: Vec<Command> = found.into_iter().map(Command::RecordRefund).collect();
    commands.extend(withdrawn(payment, known));
    if let Some(settlement) = known.settled.as_ref().filter(|_| payment.waits_for_a_decision()) {
        commands.push(Command::Settle(settlement_of(settlement)));
    }
    if rests && differs(payment, next, known, returned) {
        commands.push(Command::Look { by: BY.to_owned() });
    }
    Lesson::Record(commands)
}

/// Late money that a manager keeps, of which the copy here knows only that nothing was paid. The decision comes first,
/// so that the money it is then told of is not taken for money to give back.
fn kept_late(payment: &Payment, rests: bool, known: &Known) -> Option<Lesson> {
    let not_paid = matches!(payment.charge, Charge::NotPaid { .. });
    let decided = known.settled.as_ref().filter(|settled| settled.paid && known.kept)?;
    if !not_paid || known.money != "paid" {
        return None;
    }
    Some(match (payment.keeps_what_comes(), rests) {
        (false, _) => Lesson::Begin(vec![Command::Keep(settlement_of(decided))]),
        (true, false) => Lesson::Later,
        // It was asked since, and the answer is that nothing was paid.
        (true, true) => Lesson::Record(Vec::new()),
    })
}

/// Nobody is asked about what a person vouched for: what was found or decided there is taken over as it is.
fn by_hand(payment: &Payment, known: &Known) -> Vec<Command> {
    let there = known.matched.as_ref().and_then(match_of);
    let same = |here: &Match, there: &Match| here.paid.transaction == there.paid.transaction;
    let withdraw = || Command::WithdrawMatch {
        by: BY.to_owned(),
        reason: "已在服务器上撤回 withdrawn at the server".to_owned(),
    };
    let mut commands = match (&payment.matched, there) {
        (Some(here), Some(there)) if same(here, &there) => Vec::new(),
        (Some(_), Some(there)) => vec![withdraw(), Command::Match(there)],
        (None, Some(there)) => vec![Command::Match(there)],
        (Some(_), None) if known.matched.is_none() => vec![withdraw()],
        (Some(_) | None, None) => Vec::new(),
    };
    let settled = known.settled.as_ref().map(settlement_of);
    let recorded = matches!(payment.charge, Charge::Recorded { .. });
    match settled {
        Some(settled) if payment.settled.as_ref() != Some(&settled) => {
            commands.push(Command::Settle(settled));
        }
        None if recorded && known.money == "not_paid" => {
            commands.push(Command::Cancel { by: BY.to_owned() });
        }
        Some(_) | None => {}
    }
    commands
}

/// Returns that are done there and unknown here.
fn refunds(payment: &Payment, known: &Known) -> Vec<FoundRefund> {
    let here = |number: &str| {
        payment.refunds.iter().any(|refund| match refund.found {
            // What was withdrawn, and is done after all, is found again.
            Some(_) => refund.is_found_as(number) && !matches!(refund.state, RefundState::Refused(_)),
            None => RefundNo::from(refund.id).to_string() == number,
        })
    };
    let done = known.refunds.iter().filter(|refund| refund.state == "done");
    let unknown = done.filter(|refund| !here(&refund.number) && !refund.key.as_deref().is_some_and(here));
    unknown.filter_map(refund_of).collect()
}

/// Returns that were found there and did not happen after all.
fn withdrawn(payment: &Payment, known: &Known) -> Vec<Command> {
    let refused = known.refunds.iter().filter(|refund| refund.state == "refused");
    let counted = refused.filter(|there| {
        let done = |here: &&Refund| matches!(here.state, RefundState::Done { .. });
        payment.refunds.iter().filter(done).any(|here| here.is_found_as(&there.number))
    });
    let why = |refund: &KnownRefund| refund.refuse_reason.as_deref().and_then(Reason::from_code);
    let withdrawal = |refund: &KnownRefund| WithdrawnRefund {
        number: refund.number.clone(),
        why: why(refund).unwrap_or(Reason::RefundNotPossible),
        by: BY.to_owned(),
    };
    counted.map(|refund| Command::WithdrawRefund(withdrawal(refund))).collect()
}

/// Whether the copy here and the server disagree where asking would tell.
fn differs(payment: &Payment, next: &Next, known: &Known, returned: i64) -> bool {
    let here = MoneyState::of(payment, next);
    let kept = payment.paid().map_or(0, |paid| paid.amount.minor()) - payment.refunded().minor();
    let money = match known.money.as_str() {
        // What a manager decided to keep is not to be given back because a till hears of it late.
        "paid" => here != MoneyState::Paid && !(known.kept && here == MoneyState::NotPaid),
        "not_paid" => here != MoneyState::NotPaid,
        "returned" => here != MoneyState::Returned && (payment.paid().is_none() || kept > returned),
        _ => false,
    };
    money || payment.refunds.iter().any(|here| refund_differs(here, known))
}

/// Whether a return that this till asked for ended otherwise there.
fn refund_differs(here: &Refund, known: &Known) -> bool {
    let number = RefundNo::from(here.id).to_string();
    let there = known.refunds.iter().find(|there| there.key.as_ref() == Some(&number));
    let done = matches!(here.state, RefundState::Done { .. });
    here.found.is_none() && there.is_some_and(|there| done != (there.state == "done"))
}

fn refund_of(refund: &KnownRefund) -> Option<FoundRefund> {
    let number: RefundNo = refund.number.parse().ok()?;
    Some(FoundRefund {
        id: number.id(),
        number: refund.number.clone(),
        amount: money(&refund.amount.currency, refund.amount.amount)?,
        at: refund.done_at.as_deref().and_then(Timestamp::parse),
        source: Source::Notice { notice_id: refund.number.clone() },
    })
}

fn match_of(found: &KnownMatch) -> Option<Match> {
    let source = match found.source.as_str() {
        "bill" => Source::Bill { name: found.name.clone(), row: found.row },
        "notice" => Source::Notice { notice_id: found.name.clone() },
        _ => return None,
    };
    Some(Match {
        source,
        paid: Paid {
            amount: money(&found.amount.currency, found.amount.amount)?,
            transaction: found.transaction.clone(),
            at: found.paid_at.as_deref().and_then(Timestamp::parse),
            payer: String::new(),
            funds: String::new(),
        },
        by: found.by.clone(),
    })
}

fn settlement_of(settlement: &KnownSettlement) -> Settlement {
    Settlement {
        verdict: if settlement.paid { Settled::Paid } else { Settled::NotPaid },
        reason: settlement.reason.clone(),
        by: settlement.by.clone(),
    }
}

fn money(currency: &str, minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::from_code(currency)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Amount;
    use base::{ChannelId, MerchantId, RefundId, StoreId, Text, TillId};
    use expect_test::{Expect, expect};
    use payment::{Answer, Ask, Doubt, Entry, Fact, Method, Policy, Reason, Request, Said, Verdict};
    use std::fmt::Write;

    const AT: Timestamp = Timestamp::from_micros(1_795_400_000_000_000);

    fn entry(fact: Fact) -> Entry {
        Entry { at: AT, fact }
    }

    fn request(method: Method) -> Fact {
        let request = Request {
            id: PaymentId::from_u128(7),
            merchant: MerchantId::from_u128(1),
            store: StoreId::from_u128(2),
            till: TillId::from_u128(3),
            cashier: String::new(),
            key: "k".into(),
            content: [0; 32],
            amount: Money::cny(1250),
            channel: ChannelId::from_u128(4),
            routed: None,
            wallet: "blue".into(),
            wallet_name: Text::new("蓝", "Blue"),
            method,
            description: String::new(),
            reference: String::new(),
            part: None,
            installments: None,
        };
        Fact::Requested(request.into())
    }

    fn answered(call: u32, verdict: Verdict) -> Entry {
        entry(Fact::Answered { call, answer: Answer { verdict, said: Said::default() } })
    }

    fn paid() -> Verdict {
        let paid = Paid {
            amount: Money::cny(1250),
            transaction: "t".into(),
            at: None,
            payer: String::new(),
            funds: String::new(),
        };
        Verdict::Paid(paid)
    }

    /// A copy in the state of this name.
    fn copy(state: &str) -> Payment {
        let scanned = entry(request(Method::PayerCode { hint: "13…89".into() }));
        let charge = entry(Fact::Asked { call: 1, ask: Ask::Charge, trace: None });
        let mut facts = vec![scanned, charge];
        let refund = RefundId::from_u128(0xaa);
        let ask = Ask::Refund { refund, amount: Money::cny(300) };
        match state {
            "paid" => facts.push(answered(1, paid())),
            "paid, refund done" | "paid, refund refused" => {
                let done = Verdict::Refunded { amount: Money::cny(300), at: None };
                let refused = Verdict::RefundRefused(Reason::RefundNotPossible);
                facts.extend([
                    answered(1, paid()),
                    entry(Fact::Asked { call: 2, ask, trace: None }),
                    answered(2, if state.ends_with("done") { done } else { refused }),
                ]);
            }
            "paid, refund found" => facts.extend([answered(1, paid()), refund_found()]),
            "paid, refund found and withdrawn" => {
                let number = RefundNo::from(RefundId::from_u128(0xbb)).to_string();
                let why = Reason::RefundNotPossible;
                let withdrawn = WithdrawnRefund { number, why, by: BY.to_owned() };
                facts.extend([answered(1, paid()), refund_found(), entry(Fact::RefundWithdrawn(withdrawn))]);
            }
            "goes back" => facts.extend([
                answered(1, Verdict::Declined(Reason::InsufficientBalance)),
                entry(Fact::LookRequested { by: BY.to_owned() }),
                entry(Fact::Asked { call: 2, ask: Ask::Inquire, trace: None }),
                answered(2, paid()),
            ]),
            "not paid, keeps" | "not paid, denied" | "kept late" => {
                let settlement =
                    Settlement { verdict: Settled::Paid, reason: "seen".into(), by: "zhang".into() };
                facts.extend([
                    answered(1, Verdict::Declined(Reason::InsufficientBalance)),
                    entry(Fact::Settled(settlement)),
                ]);
                if state != "not paid, keeps" {
                    let denied = Verdict::Declined(Reason::InsufficientBalance);
                    let said = if state == "kept late" { paid() } else { denied };
                    facts.extend([
                        entry(Fact::Asked { call: 2, ask: Ask::Inquire, trace: None }),
                        answered(2, said),
                    ]);
                }
            }
            "not paid" => facts.push(answered(1, Verdict::Declined(Reason::InsufficientBalance))),
            "unclear" => facts.push(answered(1, Verdict::Unclear(Doubt::ProviderError))),
            "given up" => facts.extend([
                answered(1, Verdict::Unclear(Doubt::ProviderError)),
                entry(Fact::CancelRequested { by: "li".into() }),
            ]),
            "recorded" | "matched" => {
                facts = vec![entry(request(Method::ShopCode { seen: "paid".into(), digits: String::new() }))];
                if state == "matched" {
                    let found = match_of(&found("t1")).expect("a match");
                    facts.push(entry(Fact::Matched(found)));
                }
            }
            "cash" => {
                facts = vec![entry(request(Method::Cash { tendered: Money::cny(1300) }))];
            }
            unknown => panic!("no copy is {unknown}"),
        }
        payment::fold(&facts)
    }

    fn refund_found() -> Entry {
        let number = RefundNo::from(RefundId::from_u128(0xbb)).to_string();
        entry(Fact::RefundFound(FoundRefund {
            id: RefundId::from_u128(0xbb),
            number: number.clone(),
            amount: Money::cny(300),
            at: None,
            source: Source::Notice { notice_id: number },
        }))
    }

    fn found(transaction: &str) -> KnownMatch {
        KnownMatch {
            source: "bill".into(),
            name: "2026-11-22".into(),
            row: 4,
            amount: Amount { amount: 1250, currency: "CNY".into() },
            transaction: transaction.into(),
            paid_at: None,
            by: String::new(),
        }
    }

    /// What the server knows, as words: where the money is, then `refund KEY FEN STATE`, `matched NO`, `kept`, `settled`.
    fn known(words: &str) -> Known {
        let mut known = Known {
            attempt: OrderNo::from(PaymentId::from_u128(7)).to_string(),
            money: String::new(),
            kept: false,
            refunds: Vec::new(),
            matched: None,
            settled: None,
        };
        for (place, part) in words.split(", ").enumerate() {
            match part.split(' ').collect::<Vec<_>>().as_slice() {
                [money] if place == 0 => known.money = (*money).to_owned(),
                ["refund", key, fen, state] => known.refunds.push(KnownRefund {
                    key: Some(key.replace("OURS", &RefundNo::from(RefundId::from_u128(0xaa)).to_string())),
                    number: RefundNo::from(RefundId::from_u128(0xbb)).to_string(),
                    amount: Amount { amount: fen.parse().expect("fen"), currency: "CNY".into() },
                    state: (*state).to_owned(),
                    done_at: None,
                    refuse_reason: None,
                }),
                ["matched", number] => known.matched = Some(found(number)),
                ["kept"] => known.kept = true,
                ["settled"] => {
                    let settled = KnownSettlement { paid: true, reason: "seen".into(), by: "zhang".into() };
                    known.settled = Some(settled);
                }
                _ => panic!("no words: {part}"),
            }
        }
        known
    }

    fn brief(command: &Command) -> String {
        match command {
            Command::RecordRefund(found) => format!("refund {}", found.amount.minor()),
            Command::Match(found) => format!("match {}", found.paid.transaction),
            Command::WithdrawMatch { .. } => "withdraw".to_owned(),
            Command::WithdrawRefund(withdrawn) => format!("refund withdrawn: {}", withdrawn.why.code()),
            Command::Keep(settlement) => format!("keep, as {} decided", settlement.by),
            Command::Settle(settlement) => format!("settle {:?}", settlement.verdict),
            Command::Cancel { .. } => "cancel".to_owned(),
            Command::Look { .. } => "look".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// Lines of `copy here | what the server knows`; each with what is done.
    fn check(cases: &str, expected: Expect) {
        let mut told = String::new();
        for line in cases.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (state, words) = line.split_once(" | ").expect("two halves");
            let (copy, known) = (copy(state), known(words));
            let next = payment::next(&copy, &Policy { undo_at_deadline: false, ..Policy::default() }, AT);
            let brief = |commands: &[Command]| commands.iter().map(brief).collect::<Vec<_>>().join(", ");
            let done = match lesson(&copy, &next, &known) {
                Lesson::Record(commands) => brief(&commands),
                Lesson::Begin(commands) => format!("{}; the rest later", brief(&commands)),
                Lesson::Later => "later".to_owned(),
            };
            writeln!(told, "{line} -> {}", if done.is_empty() { "-" } else { &done }).expect("text grows");
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn a_copy_that_rests_takes_in_what_happened_at_the_server() {
        check(
            "paid | paid
             paid | paid, refund x 300 done
             paid | paid, refund x 300 processing
             paid | returned, refund x 1250 done
             paid | returned
             paid, refund done | paid, refund OURS 300 done
             paid, refund done | paid, refund OURS 300 refused
             paid, refund refused | paid, refund OURS 300 done
             not paid | not_paid
             not paid | paid
             not paid | paid, kept, settled
             not paid | paid, kept, settled, refund x 300 done
             not paid, keeps | paid, kept, settled, refund x 300 done
             not paid, denied | paid, kept, settled
             goes back | paid, kept, settled
             kept late | paid, kept, settled
             kept late | paid, kept, settled, refund x 300 done
             kept late | returned, kept, settled, refund x 1250 done
             not paid | returned, refund x 1250 done
             not paid | verifying
             paid, refund found | paid, refund x 300 done
             paid, refund found | paid, refund x 300 refused
             paid, refund found and withdrawn | paid, refund x 300 refused
             paid, refund found and withdrawn | paid, refund x 300 done",
            expect![[r#"
                paid | paid -> -
                paid | paid, refund x 300 done -> refund 300
                paid | paid, refund x 300 processing -> -
                paid | returned, refund x 1250 done -> refund 1250
                paid | returned -> look
                paid, refund done | paid, refund OURS 300 done -> -
                paid, refund done | paid, refund OURS 300 refused -> look
                paid, refund refused | paid, refund OURS 300 done -> look
                not paid | not_paid -> -
                not paid | paid -> look
                not paid | paid, kept, settled -> keep, as zhang decided; the rest later
                not paid | paid, kept, settled, refund x 300 done -> keep, as zhang decided; the rest later
                not paid, keeps | paid, kept, settled, refund x 300 done -> later
                not paid, denied | paid, kept, settled -> -
                goes back | paid, kept, settled -> later
                kept late | paid, kept, settled -> -
                kept late | paid, kept, settled, refund x 300 done -> refund 300
                kept late | returned, kept, settled, refund x 1250 done -> refund 1250
                not paid | returned, refund x 1250 done -> look
                not paid | verifying -> -
                paid, refund found | paid, refund x 300 done -> -
                paid, refund found | paid, refund x 300 refused -> refund withdrawn: refund_not_possible
                paid, refund found and withdrawn | paid, refund x 300 refused -> -
                paid, refund found and withdrawn | paid, refund x 300 done -> refund 300
            "#]],
        );
    }

    #[test]
    fn a_copy_that_is_on_its_way_goes_on_by_itself() {
        check(
            "unclear | paid
             unclear | paid, refund x 300 done
             given up | returned, refund undo 1250 done",
            expect![[r#"
                unclear | paid -> -
                unclear | paid, refund x 300 done -> later
                given up | returned, refund undo 1250 done -> -
            "#]],
        );
    }

    #[test]
    fn what_a_person_vouched_for_is_taken_over_as_it_stands_there() {
        check(
            "recorded | recorded
             recorded | paid, matched t1
             recorded | paid, matched t1, refund x 300 done
             recorded | paid, settled
             recorded | not_paid
             matched | paid, matched t1
             matched | paid, matched t2
             matched | recorded
             cash | paid, refund x 300 done",
            expect![[r#"
                recorded | recorded -> -
                recorded | paid, matched t1 -> match t1
                recorded | paid, matched t1, refund x 300 done -> match t1, refund 300
                recorded | paid, settled -> settle Paid
                recorded | not_paid -> cancel
                matched | paid, matched t1 -> -
                matched | paid, matched t2 -> withdraw, match t2
                matched | recorded -> withdraw
                cash | paid, refund x 300 done -> refund 300
            "#]],
        );
    }
}
