//! The bill of the account's movements: fetched after the trade bill of the same day and held against it.

use crate::Reconciler;
use crate::day::{ReconcileError, no_answer, no_bill};
use crate::fetch::{FetchError, fetch};
use crate::join::join;
use base::{ChannelId, Text};
use drive::ChannelSetup;
use provider_contract::bills::{BillSort, NoBill, Tally};
use settlement::{Book, Day, Flows, Rules, hold_funds};
use std::path::Path;
use store::{BillDay, BillState, FundsDay, MerchantScope};

/// The name of the problem that a day's movements are not known. A promise: never changed.
const MISSING: &str = "funds_missing";
/// So many days without a movement are passed over to find what the account held before.
const QUIET_DAYS: u32 = 31;

/// Whether a day's movements are wanted and not known yet.
pub(crate) fn is_missing(setup: &ChannelSetup, bill: &BillDay) -> bool {
    let made = setup.provider.bills().is_some_and(|bills| bills.sorts().contains(&BillSort::Funds));
    let known = bill.funds.as_ref().is_some_and(FundsDay::is_known);
    made && bill.state == BillState::Done && !known
}

impl Reconciler {
    /// Fetches the movements of a day whose trade bill was read, and records whether they agree.
    pub(crate) async fn funds(&self, channel: ChannelId, day: Day) -> Result<(), ReconcileError> {
        let setup = self.asker.channel(channel).cloned().ok_or(ReconcileError::NoSuchChannel)?;
        let _turn = self.turn(channel, day).ok_or(ReconcileError::UnderWay)?;
        let known = self.store.bill(&MerchantScope(setup.merchant), channel, day).await?;
        let Some(mut bill) = known.filter(|bill| is_missing(&setup, bill)) else { return Ok(()) };
        let folder = self.folder.join(format!("{}-{day}-funds", setup.id));
        self.hold_funds(&setup, &mut bill, &folder).await;
        let _ = std::fs::remove_dir_all(&folder);
        Ok(self.record(&mut bill).await?)
    }

    /// Fetches the movements into `folder` and notes in `bill` what they say.
    pub(crate) async fn hold_funds(&self, setup: &ChannelSetup, bill: &mut BillDay, folder: &Path) {
        if !setup.provider.bills().is_some_and(|bills| bills.sorts().contains(&BillSort::Funds)) {
            return;
        }
        let (flows, balance) = match self.movements(setup, bill.day, folder).await {
            Ok(tally) => (tally.flows, tally.balance()),
            // The gateways make no bill of a day without a movement; the trade bill then has none either.
            Err(FetchError::NoBill(NoBill::NothingHappened)) => (Flows::default(), None),
            Err(why) => {
                let problem = (MISSING.to_owned(), why_missing(why));
                bill.funds = Some(FundsDay { problem, ..FundsDay::default() });
                return;
            }
        };
        let closed_before = self.closed_before(setup, bill.day).await;
        let differing = hold_funds(&bill.sums, &flows, balance.as_ref(), closed_before);
        let all = |of: fn(&Text) -> &str| differing.iter().map(of).collect::<Vec<_>>().join("\n");
        let problem = if differing.is_empty() { "" } else { FundsDay::DIFFER };
        let text = Text::new(all(|text| &text.zh), all(|text| &text.en));
        bill.funds = Some(FundsDay { flows, balance, problem: (problem.to_owned(), text) });
    }

    /// What the account held after the last movement before `day`; nothing if a day between was not read. A day on which
    /// nothing moved says nothing of the balance, and changed nothing of it.
    async fn closed_before(&self, setup: &ChannelSetup, day: Day) -> Option<i64> {
        let scope = MerchantScope(setup.merchant);
        let mut day = day.previous();
        for _ in 0..QUIET_DAYS {
            let bill = self.store.bill(&scope, setup.id, day).await.ok()??;
            if bill.state == BillState::Nothing {
                day = day.previous();
                continue;
            }
            let funds = bill.funds.filter(FundsDay::is_known)?;
            match funds.balance {
                Some(balance) => return Some(balance.closing),
                None if funds.flows == Flows::default() => day = day.previous(),
                None => return None,
            }
        }
        None
    }

    async fn movements(&self, setup: &ChannelSetup, day: Day, folder: &Path) -> Result<Tally, FetchError> {
        std::fs::create_dir_all(folder)?;
        let path = fetch(self, setup.id, BillSort::Funds, day, folder).await?;
        let reader = setup.provider.bills().expect("it was asked before").reader(BillSort::Funds, day);
        // Movements bear no numbers of ours, so there is nothing to find: they are read for what they add up to.
        let read = move || join(&path, reader, Book::default(), Rules::default(), &|_, _| ());
        let joined = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?;
        Ok(joined.map_err(FetchError::Join)?.tally)
    }
}

fn why_missing(why: FetchError) -> Text {
    match why {
        FetchError::NoAnswer(why) => no_answer(&why),
        FetchError::NoBill(why) => no_bill(&why),
        FetchError::Join(why) => ReconcileError::Join(why).text(),
    }
}
