//! Whatever was written down and whatever the bill says, a bill row never becomes two payments, and a payment never
//! two bill rows.

use base::{Currency, PaymentId, Timestamp};
use proptest::prelude::*;
use settlement::{Class, Difference, Kind, ManualMatch, ManualRecord, Moved, Theirs, match_manual};
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Few amounts, times and digits, so that much fits by accident.
    #[test]
    fn a_row_and_a_record_belong_to_each_other_alone(
        rows in prop::collection::vec((1..3_i64, 0..40_i64, 0..3_u8, any::<bool>()), 0..8),
        records in prop::collection::vec((1..3_i64, 0..40_i64, 0..4_u8), 0..8),
    ) {
        let rows: Vec<Difference> = rows.iter().map(|given| row(*given)).collect();
        let records: Vec<ManualRecord> = (1..).zip(&records).map(|(id, given)| record(id, *given)).collect();
        let matches = match_manual(&rows, &records);
        prop_assert_eq!(matches.len(), rows.len(), "each row has one answer");
        let mut taken = BTreeSet::new();
        for (row, found) in rows.iter().zip(&matches) {
            let ManualMatch::Record(payment) = found else { continue };
            prop_assert!(taken.insert(*payment), "{payment} belongs to two rows");
            let record = records.iter().find(|record| record.payment == *payment).expect("a record of ours");
            let theirs = row.theirs.as_ref().expect("a row of the bill");
            prop_assert_eq!(record.amount, theirs.amount);
            prop_assert!(theirs.transaction.ends_with(&record.tail) && theirs.moved == Moved::Yes);
        }
        // The order in which either is told changes nothing.
        let turned: Vec<Difference> = rows.iter().rev().cloned().collect();
        let again: Vec<ManualMatch> = match_manual(&turned, &records).into_iter().rev().collect();
        prop_assert_eq!(matches, again);
    }
}

fn row((amount, minute, digit, moved): (i64, i64, u8, bool)) -> Difference {
    let theirs = Theirs {
        line: 1,
        order_no: "1".into(),
        refund_no: String::new(),
        transaction: format!("420000{digit}"),
        amount,
        currency: Currency::Cny,
        fee: 0,
        moved: if moved { Moved::Yes } else { Moved::No },
        at: Some(Timestamp::from_micros(minute * 60_000_000)),
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

fn record(id: u128, (amount, minute, digit): (i64, i64, u8)) -> ManualRecord {
    ManualRecord {
        payment: PaymentId::from_u128(id),
        amount,
        at: Timestamp::from_micros(minute * 60_000_000),
        // One in four wrote nothing down.
        tail: if digit == 3 { String::new() } else { digit.to_string() },
    }
}
