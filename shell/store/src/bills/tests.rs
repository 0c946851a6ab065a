//! Bills and their differences as the database keeps them, on every database.

use super::*;
use crate::folder::Folder;
use base::Currency;
use settlement::{Class, Flow, Kind, Moved, Ours, Place, State, Sum, Theirs};

const SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(0x51));
const OTHER_SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(0x52));
const CHANNEL: ChannelId = ChannelId::from_u128(9);
const OTHER_CHANNEL: ChannelId = ChannelId::from_u128(10);

fn day() -> Day {
    "2026-11-22".parse().expect("it is a day")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_400_000_000_000 + second * 1_000_000)
}

fn bill(channel: ChannelId, day: Day, state: BillState) -> BillDay {
    let sum = |count, amount| Sum { count, amount };
    let mut funds = FundsDay::default();
    funds.flows.count(Flow::Payment, 1250);
    funds.flows.count(Flow::Withdrawal, 100);
    funds.balance = Some(Balance { opening: -5, came: 1250, went: 100, closing: 1145 });
    funds.problem = ("funds_differ".to_owned(), Text::new("不一致", "they differ"));
    BillDay {
        channel,
        day,
        merchant: SHOP.0,
        state,
        problem: (String::new(), Text::default()),
        sums: Sums {
            book_sales: sum(1, 1250),
            book_refunds: sum(0, 0),
            bill_sales: sum(2, 2500),
            bill_refunds: sum(1, 250),
            fees: -8,
            equal: 1,
        },
        funds: Some(funds),
        updated_at: at(0),
    }
}

/// A difference with both sides, number `id`.
fn found(id: u128, class: Class, state: DifferenceState) -> KeptDifference {
    let ours = Ours {
        amount: 1250,
        currency: Currency::Cny,
        fee: Some(8),
        state: State::Moved,
        place: Place::NearTheEnd,
    };
    let theirs = Theirs {
        line: 7,
        order_no: format!("{id:032x}"),
        refund_no: String::new(),
        transaction: "4200'; DROP TABLE bills; --".to_owned(),
        amount: 1251,
        currency: Currency::Usd,
        fee: 9,
        moved: Moved::UnderWay,
        at: Some(at(-5)),
    };
    KeptDifference {
        channel: CHANNEL,
        day: day(),
        difference: Difference {
            class,
            kind: Kind::Sale,
            id: Some(id),
            ours: Some(ours),
            theirs: Some(theirs),
            same_transaction: Some(false),
        },
        payment: Some(PaymentId::from_u128(id)),
        candidates: vec![PaymentId::from_u128(3), PaymentId::from_u128(4)],
        cure: Cure::Look,
        state,
        found_at: at(0),
        changed_at: at(0),
    }
}

fn act(act: &str, second: i64) -> DifferenceAct {
    DifferenceAct { at: at(second), actor: "lin".to_owned(), act: act.to_owned(), detail: "why".to_owned() }
}

async fn all(store: &Store, filter: DifferenceFilter) -> Vec<(u128, &'static str)> {
    let filter = DifferenceFilter { limit: 100, ..filter };
    let kept = store.differences(&SHOP, &filter).await.expect("differences");
    kept.iter().map(|one| (one.difference.id.expect("a number"), one.state.code())).collect()
}

#[tokio::test]
async fn a_bill_is_kept_once_a_day_and_is_its_merchants_own() {
    let folder = Folder::new();
    let store = folder.open().await.expect("an empty folder takes a database");
    let first = bill(CHANNEL, day(), BillState::Running);
    store.put_bill(&first).await.expect("it is recorded");
    assert_eq!(store.bill(&SHOP, CHANNEL, day()).await.expect("a bill"), Some(first.clone()));
    assert_eq!(store.bill(&OTHER_SHOP, CHANNEL, day()).await.expect("none"), None);
    assert_eq!(store.bill(&SHOP, OTHER_CHANNEL, day()).await.expect("none"), None);

    let problem = ("wrong_hash".to_owned(), Text::new("不符", "it differs"));
    let failed = BillDay { state: BillState::Failed, problem, funds: None, updated_at: at(9), ..first };
    store.put_bill(&failed).await.expect("it is recorded");
    store.put_bill(&bill(OTHER_CHANNEL, day(), BillState::Done)).await.expect("it is recorded");
    store.put_bill(&bill(CHANNEL, day().next(), BillState::NotReady)).await.expect("it is recorded");
    let days = store.bill_days(&SHOP, 10).await.expect("bills");
    let told: Vec<_> = days.iter().map(|bill| (bill.day, bill.channel, bill.state)).collect();
    assert_eq!(
        told,
        [
            (day().next(), CHANNEL, BillState::NotReady),
            (day(), CHANNEL, BillState::Failed),
            (day(), OTHER_CHANNEL, BillState::Done)
        ]
    );
    assert_eq!(days[1], failed);
    assert_eq!(store.bill_days(&SHOP, 1).await.expect("bills").len(), 1);
    assert_eq!(store.bill_days(&OTHER_SHOP, 10).await.expect("bills"), vec![]);
    store.close().await;
}

#[tokio::test]
async fn a_bill_read_again_finds_what_was_found_and_notes_what_is_gone() {
    let folder = Folder::new();
    let store = folder.open().await.expect("an empty folder takes a database");
    let bill = bill(CHANNEL, day(), BillState::Done);
    let keep = async |found: &[KeptDifference]| -> Vec<u128> {
        let new = store.keep_differences(&bill, found).await.expect("they are kept");
        new.iter().filter_map(|one| one.difference.id).collect()
    };
    let asking = found(1, Class::Amount, DifferenceState::Asking);
    let raised = found(2, Class::MissingThere, DifferenceState::Raised);
    assert_eq!(keep(&[asking.clone(), raised.clone()]).await, [1, 2]);
    assert_eq!(keep(&[asking.clone(), raised.clone()]).await, [0; 0], "nothing is new");
    let settled = KeptDifference { state: DifferenceState::Settled, ..raised.clone() };
    assert!(store.act_on_difference(&SHOP, &settled, &act("settled", 5)).await.expect("it is recorded"));

    assert_eq!(keep(&[]).await, [0; 0]);
    assert_eq!(all(&store, DifferenceFilter::default()).await, [(1, "gone"), (2, "settled")]);
    assert_eq!(keep(&[asking.clone(), raised]).await, [1], "what was gone is new, what is settled stays so");
    assert_eq!(all(&store, DifferenceFilter::default()).await, [(1, "asking"), (2, "settled")]);
    let story = store.difference(&SHOP, CHANNEL, day(), &asking.difference.key()).await.expect("a story");
    let (kept, acts) = story.expect("it is there");
    assert_eq!(kept, asking, "every part of it is read back as it was");
    let acts: Vec<&str> = acts.iter().map(|act| act.act.as_str()).collect();
    assert_eq!(acts, ["found", "gone", "found"]);

    let many: Vec<KeptDifference> =
        (10..1_300).map(|id| found(id, Class::Fee, DifferenceState::Noted)).collect();
    assert_eq!(keep(&many).await.len(), many.len(), "more than one statement takes");
    store.close().await;
}

#[tokio::test]
async fn what_is_done_about_a_difference_is_done_once_by_its_own_merchant() {
    let folder = Folder::new();
    let store = folder.open().await.expect("an empty folder takes a database");
    let one = found(1, Class::Amount, DifferenceState::Raised);
    let bill = bill(CHANNEL, day(), BillState::Done);
    store.keep_differences(&bill, std::slice::from_ref(&one)).await.expect("it is kept");
    let open = async |shop| store.open_differences(shop).await.expect("a count");
    let raised = OpenDifferences { raised: 1, under_way: 0 };
    assert_eq!(open(&SHOP).await.into_iter().collect::<Vec<_>>(), [((CHANNEL, day()), raised)]);
    assert!(open(&OTHER_SHOP).await.is_empty());

    let settled = KeptDifference { state: DifferenceState::Settled, payment: None, ..one.clone() };
    let done = act("settled", 5);
    assert!(!store.act_on_difference(&OTHER_SHOP, &settled, &done).await.expect("it is tried"));
    let elsewhere = KeptDifference { day: day().next(), ..settled.clone() };
    assert!(!store.act_on_difference(&SHOP, &elsewhere, &done).await.expect("it is tried"));
    assert!(store.act_on_difference(&SHOP, &settled, &done).await.expect("it is recorded"));
    assert!(!store.act_on_difference(&SHOP, &one, &act("look", 6)).await.expect("it is closed"));

    let key = one.difference.key();
    let story = store.difference(&SHOP, CHANNEL, day(), &key).await.expect("a story");
    let (kept, acts) = story.expect("it is there");
    assert_eq!(kept, KeptDifference { changed_at: at(5), ..settled });
    assert_eq!(acts[1..], [done]);
    assert_eq!(store.difference(&OTHER_SHOP, CHANNEL, day(), &key).await.expect("none"), None);
    assert!(open(&SHOP).await.is_empty());
    store.close().await;
}

#[tokio::test]
async fn differences_are_listed_by_what_is_asked_for_those_for_people_first() {
    let folder = Folder::new();
    let store = folder.open().await.expect("an empty folder takes a database");
    let today = [
        found(1, Class::Fee, DifferenceState::Noted),
        found(2, Class::DayCut, DifferenceState::Waiting),
        found(3, Class::Amount, DifferenceState::Asking),
        found(4, Class::Amount, DifferenceState::Raised),
    ];
    store.keep_differences(&bill(CHANNEL, day(), BillState::Done), &today).await.expect("they are kept");
    let next = KeptDifference { day: day().next(), ..found(5, Class::Late, DifferenceState::Noted) };
    let next_day = bill(CHANNEL, day().next(), BillState::Done);
    store.keep_differences(&next_day, &[next]).await.expect("it is kept");
    let ids = async |filter| -> Vec<u128> { all(&store, filter).await.iter().map(|(id, _)| *id).collect() };
    let any = DifferenceFilter::default;
    assert_eq!(ids(any()).await, [5, 4, 3, 2, 1]);
    assert_eq!(ids(DifferenceFilter { day: Some(day()), ..any() }).await, [4, 3, 2, 1]);
    assert_eq!(ids(DifferenceFilter { class: Some("amount".to_owned()), ..any() }).await, [4, 3]);
    assert_eq!(ids(DifferenceFilter { state: Some(DifferenceState::Noted), ..any() }).await, [5, 1]);
    assert_eq!(ids(DifferenceFilter { channel: Some(OTHER_CHANNEL), ..any() }).await, [0; 0]);
    let one = DifferenceFilter { limit: 1, ..any() };
    assert_eq!(store.differences(&SHOP, &one).await.expect("one").len(), 1);
    store.close().await;
}
