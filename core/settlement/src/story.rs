//! A difference in three sentences: what happened, what it means, what to do.

use crate::{Class, Cure, Difference, DifferenceState, Kind, Moved, State};
use base::{Money, Text};

/// Three sentences for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What book and bill say.
    pub happened: Text,
    /// What that means for the money.
    pub means: Text,
    /// What is done, or must be.
    pub todo: Text,
}

impl Difference {
    /// The difference in three sentences; `provider` is the provider's name for people. What to do follows from how the
    /// difference stands, so that no sentence contradicts the mark beside it.
    pub fn story(&self, provider: &Text, state: DifferenceState) -> Story {
        let means = match state {
            DifferenceState::Cured if !self.is_money_nobody_owns() => {
                Text::new("现在两边一致，钱没有少", "Book and bill agree now; no money is missing")
            }
            _ => self.means(),
        };
        Story { happened: self.happened(provider), means, todo: self.todo(state) }
    }

    fn happened(&self, provider: &Text) -> Text {
        let (zh, en) = (&provider.zh, &provider.en);
        let what = self.what();
        let ours =
            self.ours.map(|ours| Money::new(ours.amount, ours.currency).for_people()).unwrap_or_default();
        let theirs = self.theirs.as_ref();
        let bill = theirs.map(|t| Money::new(t.amount, t.currency).for_people()).unwrap_or_default();
        match self.class {
            Class::MissingHere => Text::new(
                format!("{zh}账单里有一笔{} {bill}，我们的账上没有", what.zh),
                format!("{en}'s bill has a {} of {bill} that our book does not know", what.en),
            ),
            Class::MissingThere => Text::new(
                format!("我们的账上有一笔{} {ours}，{zh}账单里没有", what.zh),
                format!("Our book has a {} of {ours} that is not in {en}'s bill", what.en),
            ),
            Class::Currency | Class::Amount => Text::new(
                format!("这笔{}我们记 {ours}，{zh}账单记 {bill}", what.zh),
                format!("Our book says {ours} for this {}, {en}'s bill says {bill}", what.en),
            ),
            Class::Status => Text::new(
                format!("这笔{}我们记{}，{zh}账单记{}", what.zh, self.our_state().zh, self.their_state().zh),
                format!(
                    "Our book says this {} {}; {en}'s bill says it {}",
                    what.en,
                    self.our_state().en,
                    self.their_state().en
                ),
            ),
            Class::Fee => {
                let expected = self.ours.and_then(|ours| ours.fee).map(fen).unwrap_or_default();
                let taken = theirs.map(|theirs| fen(theirs.fee)).unwrap_or_default();
                Text::new(
                    format!("这笔{}应收手续费 {expected}，{zh}实收 {taken}", what.zh),
                    format!("A fee of {expected} was expected for this {}; {en} took {taken}", what.en),
                )
            }
            Class::Duplicate => Text::new(
                format!("这笔{} {bill} 在{zh}账单里不止一行", what.zh),
                format!("This {} of {bill} stands more than once in {en}'s bill", what.en),
            ),
            Class::Late => Text::new(
                format!("这笔{} {bill} 在{zh}这一天的账单里，我们记在另一天", what.zh),
                format!(
                    "This {} of {bill} is in {en}'s bill of this day; our book counts it to another",
                    what.en
                ),
            ),
            Class::DayCut => Text::new(
                format!("这笔{} {ours} 临近日切，不在{zh}这一天的账单里", what.zh),
                format!(
                    "This {} of {ours} was made near midnight and is not in {en}'s bill of this day",
                    what.en
                ),
            ),
        }
    }

    fn means(&self) -> Text {
        match (self.class, self.kind) {
            (Class::MissingHere, Kind::Sale) if self.id.is_none() => Text::new(
                "钱进了账户，但单号不是本系统的：可能是收款牌、别的系统，或有人手工收的",
                "The money arrived, but the order number is not one of this system: the shop's static code, another system, or taken by hand",
            ),
            (Class::MissingHere, Kind::Sale) => Text::new(
                "钱进了账户，而我们没有这笔的任何记录：可能丢过数据，或有收银台还没上传",
                "The money arrived and we have no record of it: data may have been lost, or a till has not uploaded yet",
            ),
            (Class::MissingHere, Kind::Refund) => Text::new(
                "有钱退给了顾客，但不是从本系统发起的",
                "Money went back to a customer, and this system did not ask for it",
            ),
            (Class::MissingThere, Kind::Sale) => {
                Text::new("这笔钱可能没有真正到账", "The money may never have arrived")
            }
            (Class::MissingThere, Kind::Refund) => {
                Text::new("顾客可能没有收到这笔退款", "The customer may not have got this money back")
            }
            (Class::Currency | Class::Amount, _) => {
                Text::new("账上的钱和实际的钱不一样多", "The money in the book is not the money that moved")
            }
            (Class::Status, Kind::Sale) if self.is_money_nobody_owns() => Text::new(
                "顾客付了钱，而这里告诉他没有付成：这笔钱不属于店里",
                "The customer paid after being told that the payment failed: this money is not the shop's",
            ),
            (Class::Status, _) => {
                Text::new("两边只有一边认为钱动过", "Only one side says that the money moved")
            }
            (Class::Fee, _) => Text::new(
                "到账会比预计的多或少这点差额",
                "What is paid out will differ from what was expected by that much",
            ),
            (Class::Duplicate, _) if self.same_transaction == Some(true) => Text::new(
                "交易号相同，是账单重复列了一行，没有多收",
                "The transaction number is the same: the bill repeats a line, nobody was charged twice",
            ),
            (Class::Duplicate, _) => Text::new(
                "如果交易号不同，顾客可能被收了两次",
                "If the transaction numbers differ, the customer may have been charged twice",
            ),
            (Class::Late, _) => Text::new(
                "金额一致，只是两边日期不同，钱没有少",
                "The amounts agree; only the days differ, and no money is missing",
            ),
            (Class::DayCut, _) => {
                Text::new("多半会出现在下一天的账单里", "It will most likely be in the next day's bill")
            }
        }
    }

    fn what(&self) -> Text {
        match self.kind {
            Kind::Sale => Text::new("收款", "payment"),
            Kind::Refund => Text::new("退款", "refund"),
        }
    }

    fn our_state(&self) -> Text {
        match (self.ours.map(|ours| ours.state), self.kind) {
            (Some(State::Moved), Kind::Sale) => Text::new("已收到", "is paid"),
            (Some(State::Moved), Kind::Refund) => Text::new("已退回", "is done"),
            (Some(State::Recorded), _) => Text::new("人工登记", "was recorded by hand"),
            (Some(State::NotMoved), Kind::Sale) => Text::new("未收款", "is not paid"),
            (Some(State::NotMoved), Kind::Refund) => Text::new("未退款", "was refused"),
            (Some(State::Open) | None, _) => Text::new("还没有结果", "has no result yet"),
        }
    }

    fn their_state(&self) -> Text {
        match self.theirs.as_ref().map(|theirs| theirs.moved) {
            Some(Moved::Yes) => Text::new("成功", "succeeded"),
            Some(Moved::UnderWay) => Text::new("处理中", "is under way"),
            Some(Moved::No) | None => Text::new("没有成功", "did not succeed"),
        }
    }

    fn todo(&self, state: DifferenceState) -> Text {
        match state {
            DifferenceState::Asking if self.cure() == Cure::GiveBack => Text::new(
                "正在重新查询；确认收了就自动原路退回",
                "The provider is being asked again; if it confirms, the money goes back by itself",
            ),
            DifferenceState::Asking if self.class == Class::MissingHere => Text::new(
                "有一笔手工登记对得上，正在自动核对",
                "A record by hand fits it; the two are being matched by themselves",
            ),
            DifferenceState::Asking => Text::new(
                "正在向支付方重新查询这笔，结果会自动更新",
                "The provider is being asked about it again; the answer is taken over by itself",
            ),
            DifferenceState::Waiting => Text::new(
                "等下一天的账单；还没有就提醒人处理",
                "The next day's bill is awaited; if it is not there either, a person is told",
            ),
            DifferenceState::Raised => for_a_person(self),
            DifferenceState::Noted if self.class == Class::Fee => Text::new(
                "已按实收记录手续费；差得多请核对费率合同",
                "The fee is recorded as taken; if it is far off, check the contract",
            ),
            DifferenceState::Noted => Text::new("不用处理，已记录", "Nothing; it is kept on record"),
            DifferenceState::Cured => Text::new("不用处理，已自动解决", "Nothing; it was cured by itself"),
            DifferenceState::Settled => {
                Text::new("不用处理，已有人写明原因结案", "Nothing; a person settled it and wrote down why")
            }
            DifferenceState::Gone => Text::new(
                "不用处理，再次核对时账单里已没有这处差异",
                "Nothing; when the bill was read again it did not differ any more",
            ),
        }
    }
}

fn for_a_person(difference: &Difference) -> Text {
    match (difference.class, difference.kind) {
        (Class::MissingHere, Kind::Sale) if difference.id.is_none() => Text::new(
            "请核对是不是收款牌或别的系统收的；是就写明原因结案，不是就联系顾客退回",
            "Check whether the static code or another system took it; if so settle it with a reason, if not return it to the customer",
        ),
        (Class::MissingHere, Kind::Sale) => Text::new(
            "请先让所有收银台上传，再重新对账；还在就按账单补录或退回",
            "Let every till upload and reconcile again; if it stays, record it from the bill or return it",
        ),
        (Class::MissingHere, Kind::Refund) => Text::new(
            "请问是谁在商户平台退的，写明原因结案",
            "Ask who returned it on the provider's own site, and settle it with the reason",
        ),
        (Class::Duplicate, _) => Text::new(
            "请核对两行的交易号；确实收了两次就退一次",
            "Compare the two lines' transaction numbers; if the customer was charged twice, return one",
        ),
        (Class::MissingThere, Kind::Refund) => Text::new(
            "请在商户平台查这笔退款，没有退就重新退",
            "Look this refund up on the provider's site; if it was not made, make it again",
        ),
        _ => Text::new(
            "请拿单号和交易号向支付方核实，再写明原因结案",
            "Ask the provider, quoting order and transaction number, then settle it with the reason",
        ),
    }
}

fn fen(amount: i64) -> String {
    Money::cny(amount).for_people()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ours, Place};
    use base::Currency;

    /// A difference of this class with all that sentences speak of.
    fn difference(class: Class, kind: Kind) -> Difference {
        let ours = Ours {
            amount: 1250,
            currency: Currency::Cny,
            fee: Some(8),
            state: State::NotMoved,
            place: Place::Inside,
        };
        Difference { class, kind, id: Some(1), ours: Some(ours), theirs: None, same_transaction: None }
    }

    /// What a sentence says is going on, by the words that say it.
    fn said(todo: &Text) -> DifferenceState {
        let words = [
            ("正在", DifferenceState::Asking),
            ("等下一天", DifferenceState::Waiting),
            ("请", DifferenceState::Raised),
            ("已自动解决", DifferenceState::Cured),
            ("已有人", DifferenceState::Settled),
            ("再次核对", DifferenceState::Gone),
            ("不用处理，已记录", DifferenceState::Noted),
        ];
        words.into_iter().find(|(word, _)| todo.zh.contains(word)).expect("it says what goes on").1
    }

    #[test]
    fn what_to_do_never_contradicts_how_it_stands() {
        for class in Class::ALL {
            for kind in [Kind::Sale, Kind::Refund] {
                for state in DifferenceState::ALL {
                    // A fee is on record with an advice.
                    if (*class, *state) == (Class::Fee, DifferenceState::Noted) {
                        continue;
                    }
                    let story = difference(*class, kind).story(&Text::new("某支付", "Some Pay"), *state);
                    assert_eq!(said(&story.todo), *state, "{class:?} {kind:?}: {}", story.todo.zh);
                }
            }
        }
    }

    #[test]
    fn what_was_cured_means_that_nothing_is_missing() {
        let told = |state| {
            difference(Class::MissingThere, Kind::Sale).story(&Text::new("某", "Some"), state).means.en
        };
        assert_eq!(told(DifferenceState::Raised), "The money may never have arrived");
        assert_eq!(told(DifferenceState::Cured), "Book and bill agree now; no money is missing");
    }
}
