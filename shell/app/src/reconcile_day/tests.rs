//! Every class of difference from the provider's bill to the end of its cure, and bills that cannot be used.

use crate::bill_world::{CHANNEL, SCOPE, Wallet, World, told};
use base::OrderNo;
use payment::Charge;
use provider_contract::Treatment;
use provider_contract::bill_faults::BillFault;
use reconcile::Reconciler;
use settlement::{Balance, Flow};
use std::sync::Arc;
use std::time::Duration;

/// A day of two sales with this fault in its bill: how its difference is found, and what is done until it `ends`.
async fn check(fault: BillFault, class: &str, ends: &str, acts: &[&str]) {
    let mut world = World::new(fault.name()).await;
    let sold = world.paid().await;
    world.paid().await;
    world.spoil(fault);
    let report = world.day().await;
    let found: Vec<&str> = told(&report).into_iter().map(|(class, _)| class).collect();
    assert_eq!(found, [class], "{fault:?}");
    assert_eq!(world.until_it_is(world.today(), class, ends).await, acts, "{fault:?}");
    let payment = world.payment(sold).await;
    assert!(
        matches!(payment.charge, Charge::Paid { .. }),
        "a bill is a reason to look and nothing else: {payment:?}"
    );
    let again = world.day().await;
    assert_eq!((again.new, again.differences.len()), (0, 1), "the same bill again changes nothing");
    world.end().await;
}

#[tokio::test]
async fn a_row_that_nobody_here_knows_calls_a_person() {
    check(BillFault::ExtraRow, "missing_here", "raised", &["found"]).await;
}

#[tokio::test]
async fn a_row_that_the_bill_lacks_is_asked_about_and_then_calls_a_person() {
    check(BillFault::MissingRow, "missing_there", "raised", &["found", "look", "raised"]).await;
}

#[tokio::test]
async fn another_amount_is_asked_about_and_then_calls_a_person() {
    check(BillFault::OtherAmount, "amount", "raised", &["found", "look", "raised"]).await;
}

#[tokio::test]
async fn another_currency_calls_a_person_and_moves_nothing() {
    let mut world = World::of(Wallet::WeChat, "currency", "2026-11-22T12:00:00+08:00").await;
    let sold = world.paid().await;
    world.paid().await;
    world.spoil(BillFault::OtherCurrency);
    let report = world.day().await;
    assert_eq!(told(&report), [("currency", "raised")]);
    let found = &report.differences[0];
    let what = found.difference.story(&base::Text::new("微信支付", "WeChat Pay"), found.state).happened;
    assert!(what.zh.contains("￥12.50") && what.en.contains("US$12.50"), "{what:?}");
    assert_eq!(world.until_it_is(world.today(), "currency", "raised").await, ["found"]);
    assert!(matches!(world.payment(sold).await.charge, Charge::Paid { .. }));
    let again = world.day().await;
    assert_eq!((again.new, again.differences.len()), (0, 1), "the same bill again changes nothing");
    world.end().await;
}

#[tokio::test]
async fn another_fee_than_the_contracts_is_recorded() {
    check(BillFault::OtherFee, "fee", "noted", &["found"]).await;
}

#[tokio::test]
async fn a_line_that_is_repeated_is_noted_because_its_transaction_is_the_same() {
    check(BillFault::DuplicateRow, "duplicate", "noted", &["found"]).await;
}

#[tokio::test]
async fn a_sale_near_midnight_is_awaited_and_found_in_the_next_bill() {
    let mut world = World::at("day-cut", "2026-11-22T23:50:00+08:00").await;
    world.paid().await;
    world.paid().await;
    let day = world.today();
    world.spoil(BillFault::NextDay);
    assert_eq!(told(&world.day().await), [("day_cut", "waiting")]);
    world.clock.set(day.end() + Duration::from_secs(12 * 3600));
    world.paid().await;
    assert_eq!(told(&world.day().await), [("late", "noted")]);
    assert_eq!(world.until_it_is(day, "day_cut", "cured").await, ["found", "in_the_next_bill"]);
    world.end().await;
}

#[tokio::test]
async fn a_sale_near_midnight_that_no_bill_has_calls_a_person() {
    let mut world = World::at("day-cut-never", "2026-11-22T23:50:00+08:00").await;
    world.paid().await;
    world.paid().await;
    let day = world.today();
    world.spoil(BillFault::MissingRow);
    assert_eq!(told(&world.day().await), [("day_cut", "waiting")]);
    world.clock.set(day.end() + Duration::from_secs(12 * 3600));
    world.paid().await;
    assert_eq!(told(&world.day().await), []);
    assert_eq!(world.until_it_is(day, "day_cut", "raised").await, ["found", "raised"]);
    world.end().await;
}

#[tokio::test]
async fn money_taken_after_a_confirmed_reversal_is_found_by_the_bill_and_given_back() {
    let mut world = World::new("late").await;
    world.paid().await;
    let late = world.sale(Treatment::PaidAfterReverse).await;
    world.until(late, |payment| matches!(payment.charge, Charge::NotPaid { .. })).await;
    let book = |world: &World| world.host.simulator().book(OrderNo::from(late)).expect("an order");
    for _ in 0..300 {
        if book(&world).paid.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(book(&world).paid.is_some(), "the payer was charged after the reversal");
    assert!(matches!(world.payment(late).await.charge, Charge::NotPaid { .. }), "and nobody told us");

    let report = world.day().await;
    // The provider may have answered, and the money be back, before the day's report is written.
    let back_already = matches!(world.payment(late).await.charge, Charge::Returned { .. });
    let told = told(&report);
    assert!(
        told == [("status", "asking")] || (back_already && told == [("status", "cured")]),
        "{told:?}, and the money is back: {back_already}"
    );
    world.until(late, |payment| matches!(payment.charge, Charge::Returned { .. })).await;
    let back = book(&world);
    let refunded = back.refunds.iter().map(|(_, money)| money.minor()).sum::<i64>();
    assert!(back.reversed || refunded == 1250, "{back:?}");
    let acts = world.until_it_is(world.today(), "status", "cured").await;
    assert_eq!(acts, ["found", "look", "given_back"]);
    world.end().await;
}

#[tokio::test]
async fn what_a_cashier_wrote_down_is_matched_also_when_the_command_finds_it() {
    let mut world = World::new("by-hand").await;
    world.paid().await;
    let record = world.written_down("").await;
    world.spoil(BillFault::ExtraRow);
    let store = world.handle.store().clone();
    let folder = world.folder.join("command");
    let command = Reconciler::finding_only(store, world.handle.asker(), folder, Arc::new(|_, _, _| {}));
    let report = command.day(CHANNEL, world.today(), None).await.expect("the bill is read");
    assert_eq!(told(&report), [("missing_here", "asking")]);
    assert_eq!(report.differences[0].payment, Some(record));
    assert!(matches!(world.payment(record).await.charge, Charge::Recorded { .. }), "it only finds");
    let acts = world.until_it_is(world.today(), "missing_here", "noted").await;
    assert_eq!(acts, ["found", "matched"]);
    let payment = world.payment(record).await;
    assert!(matches!(payment.charge, Charge::Paid { .. }), "{:?}", payment.charge);
    world.end().await;
}

#[tokio::test]
async fn a_transaction_is_matched_to_one_record_whatever_bill_it_stands_in() {
    let mut world = World::new("by-hand-once").await;
    world.paid().await;
    let first = world.written_down("").await;
    world.spoil(BillFault::ExtraRow);
    let report = world.day().await;
    assert_eq!(told(&report), [("missing_here", "noted")]);
    let transaction = world.payment(first).await.paid().expect("it was matched").transaction.clone();
    // The same bill again, with another record of the same amount and hour that a till handed in meanwhile.
    let second = world.written_down("").await;
    assert_eq!((told(&world.day().await), world.day().await.new), (vec![("missing_here", "noted")], 0));
    assert!(matches!(world.payment(second).await.charge, Charge::Recorded { .. }));
    // The same transaction in the next day's bill.
    world.clock.set(world.today().end() + Duration::from_secs(12 * 3600));
    world.paid().await;
    let third = world.written_down("").await;
    world.spoil(BillFault::ExtraRow);
    let next = world.day().await;
    let theirs = next.differences[0].difference.theirs.as_ref().expect("a row of theirs");
    assert_eq!(theirs.transaction, transaction, "the test's own: it is the same transaction");
    assert_eq!((told(&next), next.differences[0].payment), (vec![("missing_here", "noted")], Some(first)));
    for record in [second, third] {
        assert!(matches!(world.payment(record).await.charge, Charge::Recorded { .. }), "{record}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_accounts_movements_agree_with_the_trade_bill_or_it_is_said() {
    let mut world = World::new("funds").await;
    for _ in 0..3 {
        world.paid().await;
    }
    let funds = world.day().await.bill.funds.expect("they were asked for");
    assert_eq!(funds.problem.0, "");
    let flow = |flow| (funds.flows.of(flow).count, funds.flows.of(flow).amount);
    assert_eq!((flow(Flow::Payment), flow(Flow::Fee)), ((3, 3750), (3, 24)));
    let balance = Balance { opening: 0, came: 3750, went: 24, closing: 3726 };
    assert_eq!(funds.balance, Some(balance), "the account held nothing before");
    world.spoil(BillFault::OtherAmount);
    let funds = world.day().await.bill.funds.expect("they were asked for");
    assert_eq!(funds.problem.0, "funds_differ");
    assert!(funds.problem.1.en.contains("payments add up to ￥37.51"), "{:?}", funds.problem);
    let store = world.handle.store();
    let bill = store.bill(&SCOPE, CHANNEL, world.today()).await.expect("a bill").expect("it is recorded");
    assert_eq!(bill.funds, Some(funds));
    world.end().await;
}

#[tokio::test]
async fn a_bill_that_cannot_be_used_is_named_and_changes_nothing() {
    let mut world = World::new("hostile").await;
    world.paid().await;
    world.paid().await;
    assert_eq!(told(&world.day().await), []);
    let day = world.today();
    let folder = world.folder.join("given");
    std::fs::create_dir_all(&folder).expect("a folder");
    let given = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let bomb = {
        use std::io::Write;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let packed =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file("bomb.csv", packed).expect("an entry");
        zip.write_all("#支付宝业务明细查询\n".as_bytes()).expect("memory takes it");
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..80 {
            zip.write_all(&zeros).expect("memory takes it");
        }
        zip.finish().expect("memory takes it").into_inner()
    };
    for (name, bytes, code) in [
        ("empty.csv", b"".as_slice(), "truncated"),
        ("text.csv", b"hello\n", "not_this_format"),
        ("no-lines.csv", &[b'x'; 800_000], "line_too_long"),
        ("half.zip", &bomb[..bomb.len() / 2], "cannot_unpack"),
        ("bomb.zip", &bomb, "too_large"),
    ] {
        let file = given(name, bytes);
        let refused = world.reconciler.day(CHANNEL, day, Some(&file)).await;
        assert_eq!(refused.map(|_| ()).map_err(|error| error.code()), Err(code), "{name}");
    }
    let missing = world.reconciler.day(CHANNEL, day, Some(&folder.join("none"))).await;
    assert_eq!(missing.map(|_| ()).map_err(|error| error.code()), Err("file_unreadable"));
    for (fault, codes) in [
        (BillFault::Truncated, &["truncated", "broken_row"][..]),
        (BillFault::WrongEncoding, &["wrong_encoding"]),
        (BillFault::WrongHash, &["wrong_hash"]),
    ] {
        world.spoil(fault);
        let error = world.reconciler.day(CHANNEL, day, None).await.expect_err("it cannot be used");
        // Faults add up, and each of these is met before those above it.
        assert!(codes.contains(&error.code()), "{fault:?}: {error}");
    }
    let bill =
        world.handle.store().bill(&SCOPE, CHANNEL, day).await.expect("a bill").expect("it is recorded");
    assert_eq!((bill.state.code(), bill.sums.equal), ("failed", 2), "what was known stays known");
    assert_eq!(world.kept().await, vec![]);
    world.end().await;
}

#[tokio::test]
async fn rows_in_another_order_and_hostile_texts_are_the_same_bill() {
    let mut world = World::new("reordered").await;
    for _ in 0..3 {
        world.paid().await;
    }
    world.spoil(BillFault::Reordered);
    world.spoil(BillFault::HostileCells);
    let report = world.day().await;
    assert_eq!((told(&report), report.bill.sums.equal), (vec![], 3));
    world.end().await;
}
