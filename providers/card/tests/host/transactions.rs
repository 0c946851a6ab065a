//! A terminal against the simulated host: what is answered, what it is taken to prove, and what the host's books say.

use crate::counter::{CARD, Counter, End, TERMINAL, card};
use card::simulator::Mishap;
use card::{
    Card, CodeVerdict, Kind, NotSignedIn, Pan, RESPONSE_CODES, Read, Transaction, response_code,
    reversal_is_over, wants_sign_in,
};

#[test]
fn a_sale_is_taken_once() {
    let mut counter = Counter::open();
    let sale = counter.transaction(Kind::Sale, 1250);
    let first = counter.ask(&sale).answer();
    assert_eq!((first.code.as_str(), first.amount), ("00", Some(1250)));
    let again = counter.ask(&sale).answer();
    assert_eq!((&again.code, &again.retrieval), (&first.code, &first.retrieval), "a repeat is the same sale");
    let other = Transaction { amount: Some(1251), ..sale };
    assert_eq!(counter.ask(&other).code(), "94", "the same trace number with another amount");
    assert_eq!(counter.kept(), [1250]);
}

/// Lost on the way there or back, answered wrongly or vaguely: a reversal makes it certain, and nothing stays taken.
#[test]
fn whatever_is_unclear_is_taken_back_by_its_reversal() {
    for mishap in Mishap::ALL {
        let mut counter = Counter::open();
        let sale = counter.transaction(Kind::Sale, mishap.amount());
        let end = counter.ask(&sale);
        let definite = matches!(&end, End::Answered(answer)
            if response_code(&answer.code).is_some_and(|line| line.verdict != CodeVerdict::Unclear));
        assert!(!definite, "{mishap:?}: {end:?}");
        if mishap == Mishap::KeysExpired {
            assert_eq!(counter.reverse(&sale).code(), "WrongMac", "without keys nothing is confirmed");
            counter.sign_in().expect("it signs in again");
        }
        let mut reversal = counter.reverse(&sale);
        if mishap == Mishap::ReversalLostOnce {
            assert_eq!(reversal, End::Lost);
            reversal = counter.reverse(&sale);
        }
        let code = reversal.answer().code;
        assert!(reversal_is_over(&code), "{mishap:?}: {code}");
        assert_eq!(code == "25", matches!(mishap, Mishap::LostBefore | Mishap::KeysExpired), "{mishap:?}");
        assert!(counter.kept().iter().all(|kept| *kept == 0), "{mishap:?}: {:?}", counter.kept());
        assert_eq!(counter.reverse(&sale).answer().code, code, "{mishap:?}: asked again, the same answer");
    }
}

#[test]
fn a_sale_that_comes_after_its_reversal_is_not_taken() {
    let mut counter = Counter::open();
    let late = counter.transaction(Kind::Sale, 1250);
    assert_eq!(counter.reverse(&late).code(), "25");
    assert_eq!(counter.ask(&late).code(), "94");
    assert_eq!(counter.kept(), [] as [u64; 0]);
}

#[test]
fn trace_numbers_go_up() {
    let mut counter = Counter::open();
    let (early, late) = (counter.transaction(Kind::Sale, 100), counter.transaction(Kind::Sale, 200));
    assert_eq!(counter.ask(&late).code(), "00");
    assert_eq!(counter.ask(&early).code(), "94");
    assert_eq!(counter.kept(), [200]);
}

#[test]
fn the_amount_asks_for_a_refusal() {
    let mut counter = Counter::open();
    let two_digits = |line: &&card::ResponseCode| line.code.bytes().all(|byte| byte.is_ascii_digit());
    for line in RESPONSE_CODES.iter().filter(two_digits).filter(|line| line.code != "00") {
        let fen = 9_900 + line.code.parse::<u64>().expect("digits");
        let sale = counter.transaction(Kind::Sale, fen);
        assert_eq!(counter.ask(&sale).code(), line.code);
    }
    assert_eq!(counter.kept(), [] as [u64; 0]);
}

#[test]
fn voids_and_refunds_give_back_what_was_taken_and_no_more() {
    let mut counter = Counter::open();
    let sale = counter.transaction(Kind::Sale, 1000);
    let paid = counter.ask(&sale).answer();
    let ask = |counter: &mut Counter, kind, fen| {
        let second = counter.resting_on(&sale, &paid, kind, fen);
        (counter.ask(&second).code(), second)
    };
    assert_eq!(ask(&mut counter, Kind::SaleVoid, 999).0, "13", "a void is whole");
    let (code, void) = ask(&mut counter, Kind::SaleVoid, 1000);
    assert_eq!((code.as_str(), counter.kept()), ("00", vec![0]));
    assert_eq!(ask(&mut counter, Kind::SaleVoid, 1000).0, "25", "it is voided");
    assert_eq!(ask(&mut counter, Kind::Refund, 1).0, "25");
    assert_eq!(counter.reverse(&sale).code(), "22", "a void rests on it");
    assert_eq!(counter.reverse(&void).code(), "00");
    assert_eq!(counter.kept(), [1000], "the void was taken back");

    assert_eq!(ask(&mut counter, Kind::Refund, 600).0, "00");
    assert_eq!(ask(&mut counter, Kind::Refund, 401).0, "13", "more than is left");
    assert_eq!(ask(&mut counter, Kind::SaleVoid, 1000).0, "13", "a part went back already");
    assert_eq!(ask(&mut counter, Kind::Refund, 400).0, "00");
    assert_eq!(counter.kept(), [0]);
}

#[test]
fn what_is_held_is_taken_or_let_go() {
    let mut counter = Counter::open();
    let hold = counter.transaction(Kind::PreAuthorization, 5000);
    let held = counter.ask(&hold).answer();
    assert_eq!((held.code.as_str(), counter.kept()), ("00", vec![]));
    let too_much = counter.resting_on(&hold, &held, Kind::Completion, 5001);
    assert_eq!(counter.ask(&too_much).code(), "13");
    let completion = counter.resting_on(&hold, &held, Kind::Completion, 4200);
    let taken = counter.ask(&completion).answer();
    assert_eq!(taken.code, "00");
    let void = counter.resting_on(&hold, &held, Kind::PreAuthorizationVoid, 5000);
    assert_eq!(counter.ask(&void).code(), "25", "it was taken");
    let undone = counter.resting_on(&completion, &taken, Kind::CompletionVoid, 4200);
    assert_eq!(counter.ask(&undone).code(), "00");
}

#[test]
fn a_balance_moves_nothing() {
    let mut counter = Counter::open();
    let question = Transaction { amount: None, ..counter.transaction(Kind::Balance, 0) };
    assert_eq!(counter.ask(&question).code(), "00");
    assert_eq!(counter.kept(), [] as [u64; 0]);
}

#[test]
fn tracks_and_pins_are_opened_and_checked() {
    let mut counter = Counter::open();
    let track = counter.encrypted_track();
    let swiped = || Card {
        track_2: Some(track.clone().into()),
        track_is_encrypted: true,
        read: Read::Swiped,
        ..card()
    };
    for (digits, pan, code) in
        [("123456", CARD, "00"), ("000000", CARD, "55"), ("123456", "6226090000000055", "55")]
    {
        let pin_block = Some(counter.pin_block(digits, pan));
        let sale = Transaction { card: swiped(), pin_block, ..counter.transaction(Kind::Sale, 300) };
        assert_eq!(counter.ask(&sale).code(), code, "{digits} {pan}");
    }
    let pan = Pan::parse("6226090000000055").expect("digits");
    let card = Card { pan, read: Read::Inserted, ..swiped() };
    let sale = Transaction { card, ..counter.transaction(Kind::Sale, 300) };
    assert_eq!(counter.ask(&sale).code(), "14", "the track is another card's");
}

#[test]
fn whoever_is_not_enrolled_gets_no_keys() {
    let mut counter = Counter::closed();
    counter.terminal.number = "10000002".to_owned();
    assert_eq!(counter.sign_in(), Err(NotSignedIn::Refused("97".to_owned())));
    counter.terminal.number = TERMINAL.to_owned();
    counter.terminal.merchant = "898110100000016".to_owned();
    assert_eq!(counter.sign_in(), Err(NotSignedIn::Refused("03".to_owned())));
}

#[test]
fn keys_of_another_master_key_are_not_taken() {
    let mut counter = Counter::closed();
    let other = 0x1123_4567_89AB_CDEF_FEDC_BA98_7654_3211_u128.to_be_bytes();
    counter.tmk = card::Tmk::new(card::Algorithm::TripleDes, &other).expect("a usable key");
    assert!(matches!(counter.sign_in(), Err(NotSignedIn::BadKeys(_))));
}

#[test]
fn who_has_no_keys_or_another_batch_must_sign_in() {
    let mut counter = Counter::open();
    let sale = counter.transaction(Kind::Sale, 100);
    counter.batch = 7;
    let elsewhere = counter.transaction(Kind::Sale, 100);
    let answer = counter.ask(&elsewhere).answer();
    assert!(answer.code == "77" && wants_sign_in(&answer), "{answer:?}");
    counter.host.expire_keys(TERMINAL);
    assert_eq!(counter.ask(&sale).code(), "WrongMac", "an answer without a MAC proves nothing");
    counter.sign_in().expect("it signs in");
    assert_eq!(counter.batch, 1);
}

#[test]
fn noise_and_a_host_that_is_down_are_answered_by_nothing() {
    let mut counter = Counter::open();
    let sale = counter.transaction(Kind::Sale, 100);
    assert_eq!(counter.send(b"\0\x08GET / HT"), None);
    assert_eq!(counter.send(b""), None);
    counter.host.set_down(true);
    assert_eq!(counter.ask(&sale), End::Lost);
    counter.host.set_down(false);
    assert_eq!(counter.ask(&sale).code(), "00");
}

#[test]
fn a_changed_message_changes_nothing() {
    let mut counter = Counter::open();
    let sale = counter.transaction(Kind::Sale, 100);
    let mac = counter.mac.as_ref().expect("it has signed in");
    let frame = sale.request(&counter.acquirer, &counter.terminal, mac).expect("it can be written");
    for at in 0..frame.len() {
        let mut changed = frame.clone();
        changed[at] ^= 1 << (at % 8);
        let _ = counter.send(&changed);
    }
    let header = 2 + 5 + 6;
    let taken = counter.kept().len();
    assert!(
        taken <= 1,
        "addresses and header ({header} bytes) are under no MAC, and a repeat is the same sale"
    );
    assert_eq!(counter.host.sales(TERMINAL).iter().filter(|line| line.amount != 100).count(), 0);
}
