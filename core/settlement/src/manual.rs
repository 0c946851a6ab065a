//! Finds, for bill rows that bear no number of ours, what a person wrote down of a payment to the shop's own code.

use crate::{Difference, Kind, Moved};
use base::{PaymentId, Timestamp};
use std::time::Duration;

/// How far a person's clock and a provider's may be apart for one payment.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What a person wrote down: so much was paid to the shop's code at about that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualRecord {
    /// The payment that was recorded.
    pub payment: PaymentId,
    /// Minor units.
    pub amount: i64,
    /// When it was written down.
    pub at: Timestamp,
    /// Last digits of the transaction, as read from the customer's phone; empty if not asked for.
    pub tail: String,
}

/// Which record a bill row belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManualMatch {
    /// This one and no other, and no other row fits it.
    Record(PaymentId),
    /// Several rows or records fit each other; a person must say which. Candidates in the order of the records.
    Ambiguous(Vec<PaymentId>),
    /// None fits.
    None,
}

/// For each of `rows` which of `records` it is. A row and a record fit if the amount is the same, the times are at
/// most a quarter of an hour apart and the last digits, if written down, are the transaction's.
pub fn match_manual(rows: &[Difference], records: &[ManualRecord]) -> Vec<ManualMatch> {
    let candidates: Vec<Vec<usize>> = rows.iter().map(|row| fitting(row, records)).collect();
    let mut wanted = vec![0usize; records.len()];
    candidates.iter().flatten().for_each(|record| wanted[*record] += 1);
    let matched = |fits: &Vec<usize>| match fits.as_slice() {
        [] => ManualMatch::None,
        [only] if wanted[*only] == 1 => ManualMatch::Record(records[*only].payment),
        several => ManualMatch::Ambiguous(several.iter().map(|at| records[*at].payment).collect()),
    };
    candidates.iter().map(matched).collect()
}

fn fitting(row: &Difference, records: &[ManualRecord]) -> Vec<usize> {
    let Some(theirs) =
        row.theirs.as_ref().filter(|theirs| row.kind == Kind::Sale && theirs.moved == Moved::Yes)
    else {
        return Vec::new();
    };
    let Some(at) = theirs.at else { return Vec::new() };
    let fits = |record: &ManualRecord| {
        let apart = at.since(record.at).max(record.at.since(at));
        record.amount == theirs.amount && apart <= WINDOW && theirs.transaction.ends_with(&record.tail)
    };
    let all: Vec<usize> =
        records.iter().enumerate().filter(|(_, record)| fits(record)).map(|(at, _)| at).collect();
    // Digits that a person read from the phone are better evidence than the absence of any.
    let by_digits: Vec<usize> = all.iter().copied().filter(|at| !records[*at].tail.is_empty()).collect();
    if by_digits.is_empty() { all } else { by_digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Theirs};
    use base::Currency;

    fn row(amount: i64, second: i64, transaction: &str) -> Difference {
        let theirs = Theirs {
            line: 1,
            order_no: "1".into(),
            refund_no: String::new(),
            transaction: transaction.into(),
            amount,
            currency: Currency::Cny,
            fee: 0,
            moved: Moved::Yes,
            at: Some(Timestamp::from_micros(second * 1_000_000)),
        };
        Difference {
            class: Class::MissingHere,
            kind: Kind::Sale,
            id: None,
            ours: None,
            theirs: Some(theirs),
            same_transaction: None,
        }
    }

    fn record(payment: u128, amount: i64, second: i64, tail: &str) -> ManualRecord {
        let at = Timestamp::from_micros(second * 1_000_000);
        ManualRecord { payment: PaymentId::from_u128(payment), amount, at, tail: tail.into() }
    }

    #[test]
    fn amount_time_and_last_digits_must_fit() {
        let one = |row: Difference, record: ManualRecord| match_manual(&[row], &[record]).remove(0);
        let first = ManualMatch::Record(PaymentId::from_u128(1));
        assert_eq!(one(row(500, 1000, "42001234"), record(1, 500, 1300, "")), first);
        assert_eq!(one(row(500, 1000, "42001234"), record(1, 500, 1300, "1234")), first);
        assert_eq!(one(row(500, 1000, "42001234"), record(1, 500, 1300, "1235")), ManualMatch::None);
        assert_eq!(one(row(500, 1000, "42001234"), record(1, 501, 1300, "")), ManualMatch::None);
        assert_eq!(one(row(500, 1000, "42001234"), record(1, 500, 1901, "")), ManualMatch::None);
    }

    #[test]
    fn what_fits_twice_is_left_to_a_person() {
        let (one, two) = (PaymentId::from_u128(1), PaymentId::from_u128(2));
        let records = [record(1, 500, 1000, ""), record(2, 500, 1100, "")];
        assert_eq!(match_manual(&[row(500, 1050, "9")], &records), [ManualMatch::Ambiguous(vec![one, two])]);
        let rows = [row(500, 1000, "8"), row(500, 1010, "9")];
        assert_eq!(
            match_manual(&rows, &records[..1]),
            [ManualMatch::Ambiguous(vec![one]), ManualMatch::Ambiguous(vec![one])]
        );
        let with_digits = [record(1, 500, 1000, "77"), record(2, 500, 1100, "")];
        assert_eq!(match_manual(&[row(500, 1050, "77")], &with_digits), [ManualMatch::Record(one)]);
    }

    use proptest::prelude::*;

    proptest! {
        /// Whatever stands in a bill and whatever was written down: a row is one record, and a record one row.
        #[test]
        fn no_record_is_two_rows(
            rows in prop::collection::vec((1i64..4, 0i64..2_000, 0u8..12), 0..8),
            records in prop::collection::vec((1i64..4, 0i64..2_000, prop::option::of(0u8..12)), 0..8),
        ) {
            let rows: Vec<Difference> = rows.iter().map(|(fen, at, no)| row(*fen, *at, &format!("42{no:02}"))).collect();
            let tail = |no: Option<u8>| no.map_or(String::new(), |no| format!("{no:02}"));
            let records: Vec<ManualRecord> =
                (1u128..).zip(&records).map(|(id, (fen, at, no))| record(id, *fen, *at, &tail(*no))).collect();
            let matched = match_manual(&rows, &records);
            prop_assert_eq!(matched.len(), rows.len());
            let mut taken = std::collections::BTreeSet::new();
            for (row, found) in rows.iter().zip(matched) {
                if let ManualMatch::Record(payment) = found {
                    prop_assert!(taken.insert(payment), "{payment} is two rows");
                    let record = records.iter().find(|record| record.payment == payment).expect("one of them");
                    prop_assert_eq!(Some(record.amount), row.theirs.as_ref().map(|theirs| theirs.amount));
                }
            }
        }
    }
}
