//! The condition of a printer, in one word and in sentences for the person standing at it.

use base::Text;

/// What a printer can do now, and if nothing, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrinterState {
    /// It prints.
    Ready,
    /// It prints, and the roll is nearly used up.
    NearEnd,
    /// There is no paper.
    PaperOut,
    /// The lid is up.
    CoverOpen,
    /// The cutter, or paper in its way, is stuck.
    CutterError,
    /// The print head is too warm and pauses by itself.
    Hot,
    /// It answers, but does not take work, and does not say more.
    Offline,
    /// It does not answer, or what it answers makes no sense.
    Unknown,
}

impl PrinterState {
    /// Every state, best first.
    pub const ALL: [PrinterState; 8] = [
        PrinterState::Ready,
        PrinterState::NearEnd,
        PrinterState::PaperOut,
        PrinterState::CoverOpen,
        PrinterState::CutterError,
        PrinterState::Hot,
        PrinterState::Offline,
        PrinterState::Unknown,
    ];

    /// The state's name in the store and on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            PrinterState::Ready => "ready",
            PrinterState::NearEnd => "near_end",
            PrinterState::PaperOut => "paper_out",
            PrinterState::CoverOpen => "cover_open",
            PrinterState::CutterError => "cutter_error",
            PrinterState::Hot => "hot",
            PrinterState::Offline => "offline",
            PrinterState::Unknown => "unknown",
        }
    }

    /// Whether a job may be sent.
    pub fn can_print(self) -> bool {
        matches!(self, PrinterState::Ready | PrinterState::NearEnd)
    }

    /// What is the matter, and what it means for the sale.
    pub fn sentence(self) -> Text {
        match self {
            PrinterState::Ready => Text::new("打印机正常。", "The printer is ready."),
            PrinterState::NearEnd => {
                Text::new("纸快用完了，还能打印。", "The paper is nearly used up; printing goes on.")
            }
            PrinterState::PaperOut => Text::new(
                "打印机没纸了。收款照常，小票先存着。",
                "The printer is out of paper. Sales go on; receipts wait.",
            ),
            PrinterState::CoverOpen => Text::new(
                "打印机的盖子开着。收款照常，小票先存着。",
                "The printer's cover is open. Sales go on; receipts wait.",
            ),
            PrinterState::CutterError => Text::new(
                "打印机的切刀卡住了。收款照常，小票先存着。",
                "The printer's cutter is stuck. Sales go on; receipts wait.",
            ),
            PrinterState::Hot => Text::new(
                "打印头太热，正在自己降温。收款照常，小票先存着。",
                "The print head is too warm and is cooling down. Sales go on; receipts wait.",
            ),
            PrinterState::Offline => Text::new(
                "打印机没有准备好，也没说原因。收款照常，小票先存着。",
                "The printer is not ready and does not say why. Sales go on; receipts wait.",
            ),
            PrinterState::Unknown => Text::new(
                "联系不上打印机，不知道它怎么了。收款照常，小票先存着。",
                "The printer does not answer, so its state is unknown. Sales go on; receipts wait.",
            ),
        }
    }

    /// The one thing to do, if there is one.
    pub fn next_step(self) -> Option<Text> {
        let (zh, en) = match self {
            PrinterState::Ready => return None,
            PrinterState::NearEnd => ("准备好一卷新纸。", "Have a new roll at hand."),
            PrinterState::PaperOut => (
                "换一卷新纸，合上盖子。小票会自动补上，不用重打。",
                "Put in a new roll and close the cover. Waiting receipts print by themselves.",
            ),
            PrinterState::CoverOpen => {
                ("合上打印机的盖子，听到咔哒一声。", "Close the printer's cover until it clicks.")
            }
            PrinterState::CutterError => (
                "打开盖子，取出卡住的纸，合上盖子，再按“已处理”。",
                "Open the cover, take the stuck paper out, close it, then press “Done”.",
            ),
            PrinterState::Hot => {
                ("等一两分钟，它会自己恢复。", "Wait a minute or two; it recovers by itself.")
            }
            PrinterState::Offline => (
                "看打印机的指示灯，按一下进纸键。",
                "Look at the printer's lights and press its feed button once.",
            ),
            PrinterState::Unknown => (
                "检查打印机的电源和网线（或数据线）。",
                "Check the printer's power and its network or data cable.",
            ),
        };
        Some(Text::new(zh, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_words_and_every_fault_a_next_step() {
        for state in PrinterState::ALL {
            let sentence = state.sentence();
            assert!(!sentence.zh.is_empty() && !sentence.en.is_empty(), "{state:?}");
            assert_eq!(state.next_step().is_none(), state == PrinterState::Ready, "{state:?}");
        }
    }
}
