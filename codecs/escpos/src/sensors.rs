//! What a printer says about itself: the bits of its status bytes as named facts.
//!
//! ```text
//!   DLE EOT n, every answer 0xx1xx10     bit 2            bit 3            bit 5              bit 6
//!   1 printer                            drawer pin high  offline          awaits recovery    feed button
//!   2 offline cause                      cover open       feeding          stopped for paper  error
//!   3 error cause                        mechanical       cutter           unrecoverable      passes by itself
//!   4 paper                              near end (either of 2, 3)         out (either of 5, 6)
//! ```
//! The automatic status block carries the same facts in four bytes.

/// Everything a printer's status can tell. All false is a printer at rest with paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sensors {
    /// Drawer connector pin 3; whether that means open or closed depends on the wiring.
    pub drawer_pin_high: bool,
    /// The printer does not take print data now.
    pub offline: bool,
    /// It waits for somebody to press a button.
    pub awaiting_recovery: bool,
    /// The feed button is held.
    pub feed_button: bool,
    /// The lid is up.
    pub cover_open: bool,
    /// Paper is being fed by the button.
    pub feeding: bool,
    /// Printing stopped because the paper ended.
    pub stopped_for_paper: bool,
    /// Some error exists; its cause is one of the four that follow.
    pub error: bool,
    /// A mechanical error that can be cleared.
    pub mechanical_error: bool,
    /// The cutter is stuck.
    pub cutter_error: bool,
    /// The printer needs repair.
    pub unrecoverable_error: bool,
    /// The head is hot or the voltage wrong; it passes by itself.
    pub passing_error: bool,
    /// The roll is nearly used up.
    pub near_end: bool,
    /// There is no paper.
    pub paper_out: bool,
}

/// The four real-time questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// n = 1.
    Printer,
    /// n = 2.
    OfflineCause,
    /// n = 3.
    ErrorCause,
    /// n = 4.
    Paper,
}

impl Question {
    /// All four, in the order of their numbers.
    pub const ALL: [Question; 4] =
        [Question::Printer, Question::OfflineCause, Question::ErrorCause, Question::Paper];

    /// The n of `DLE EOT n`.
    pub fn number(self) -> u8 {
        match self {
            Question::Printer => 1,
            Question::OfflineCause => 2,
            Question::ErrorCause => 3,
            Question::Paper => 4,
        }
    }
}

/// Bytes that do not have the shape of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAStatus;

impl std::fmt::Display for NotAStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("these bytes do not have the fixed bits of a printer status")
    }
}

impl std::error::Error for NotAStatus {}

impl Sensors {
    /// Takes in the one-byte answer to a real-time question; garbage changes nothing.
    pub fn learn(&mut self, question: Question, byte: u8) -> Result<(), NotAStatus> {
        if !is_real_time_answer(byte) {
            return Err(NotAStatus);
        }
        let on = |place: u8| byte & (1 << place) != 0;
        match question {
            Question::Printer => {
                self.drawer_pin_high = on(2);
                self.offline = on(3);
                self.awaiting_recovery = on(5);
                self.feed_button = on(6);
            }
            Question::OfflineCause => {
                self.cover_open = on(2);
                self.feeding = on(3);
                self.stopped_for_paper = on(5);
                self.error = on(6);
            }
            Question::ErrorCause => {
                self.mechanical_error = on(2);
                self.cutter_error = on(3);
                self.unrecoverable_error = on(5);
                self.passing_error = on(6);
            }
            Question::Paper => {
                self.near_end = on(2) || on(3);
                self.paper_out = on(5) || on(6);
            }
        }
        Ok(())
    }

    /// The one-byte answer a printer in this condition gives.
    pub fn answer(&self, question: Question) -> u8 {
        let bits = match question {
            Question::Printer => {
                [self.drawer_pin_high, self.offline, self.awaiting_recovery, self.feed_button]
            }
            Question::OfflineCause => [self.cover_open, self.feeding, self.stopped_for_paper, self.error],
            Question::ErrorCause => {
                [self.mechanical_error, self.cutter_error, self.unrecoverable_error, self.passing_error]
            }
            Question::Paper => [self.near_end, self.near_end, self.paper_out, self.paper_out],
        };
        let places = [2, 3, 5, 6];
        bits.iter().zip(places).fold(0x12, |byte, (on, place)| byte | (u8::from(*on) << place))
    }

    /// Reads an automatic status block. `error` and `stopped_for_paper` are not in the block and follow from the rest.
    pub fn from_block(block: [u8; 4]) -> Result<Sensors, NotAStatus> {
        let [first, second, third, fourth] = block;
        if !is_block_start(first) || [second, third, fourth].iter().any(|byte| !is_block_rest(*byte)) {
            return Err(NotAStatus);
        }
        let on = |byte: u8, mask: u8| byte & mask != 0;
        let mut sensors = Sensors {
            drawer_pin_high: on(first, 0x04),
            offline: on(first, 0x08),
            cover_open: on(first, 0x20),
            feeding: on(first, 0x40),
            awaiting_recovery: on(second, 0x01),
            feed_button: on(second, 0x02),
            mechanical_error: on(second, 0x04),
            cutter_error: on(second, 0x08),
            unrecoverable_error: on(second, 0x20),
            passing_error: on(second, 0x40),
            near_end: on(third, 0x03),
            paper_out: on(third, 0x0c),
            ..Sensors::default()
        };
        sensors.error = sensors.has_error_cause();
        sensors.stopped_for_paper = sensors.paper_out;
        Ok(sensors)
    }

    /// The automatic status block of a printer in this condition.
    pub fn block(&self) -> [u8; 4] {
        let byte = |base: u8, bits: &[(bool, u8)]| {
            bits.iter().fold(base, |b, (on, mask)| if *on { b | mask } else { b })
        };
        [
            byte(
                0x10,
                &[
                    (self.drawer_pin_high, 0x04),
                    (self.offline, 0x08),
                    (self.cover_open, 0x20),
                    (self.feeding, 0x40),
                ],
            ),
            byte(
                0,
                &[
                    (self.awaiting_recovery, 0x01),
                    (self.feed_button, 0x02),
                    (self.mechanical_error, 0x04),
                    (self.cutter_error, 0x08),
                    (self.unrecoverable_error, 0x20),
                    (self.passing_error, 0x40),
                ],
            ),
            byte(0, &[(self.near_end, 0x03), (self.paper_out, 0x0c)]),
            0,
        ]
    }

    /// Whether any of the four named error causes is present.
    pub fn has_error_cause(&self) -> bool {
        self.mechanical_error || self.cutter_error || self.unrecoverable_error || self.passing_error
    }
}

/// Every real-time answer is `0xx1xx10`.
pub(crate) fn is_real_time_answer(byte: u8) -> bool {
    byte & 0x93 == 0x12
}

/// A status block starts `0xx1xx00`.
pub(crate) fn is_block_start(byte: u8) -> bool {
    byte & 0x93 == 0x10
}

/// And goes on `0xx0xxxx`.
pub(crate) fn is_block_rest(byte: u8) -> bool {
    byte & 0x90 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(sensors: Sensors, answers: [u8; 4]) {
        assert_eq!(Question::ALL.map(|question| sensors.answer(question)), answers);
        let mut learned = Sensors::default();
        for (question, byte) in Question::ALL.into_iter().zip(answers) {
            learned.learn(question, byte).expect("a status");
        }
        assert_eq!(learned, sensors);
    }

    // Values seen from real printers and an independent emulator.
    #[test]
    fn the_usual_situations_have_their_known_bytes() {
        let at_rest = Sensors::default();
        check(at_rest, [0x12, 0x12, 0x12, 0x12]);
        check(Sensors { drawer_pin_high: true, ..at_rest }, [0x16, 0x12, 0x12, 0x12]);
        check(Sensors { near_end: true, ..at_rest }, [0x12, 0x12, 0x12, 0x1e]);
        let out =
            Sensors { offline: true, stopped_for_paper: true, near_end: true, paper_out: true, ..at_rest };
        check(out, [0x1a, 0x32, 0x12, 0x7e]);
        check(Sensors { near_end: false, ..out }, [0x1a, 0x32, 0x12, 0x72]);
        check(Sensors { offline: true, cover_open: true, ..at_rest }, [0x1a, 0x16, 0x12, 0x12]);
        let failed = Sensors { offline: true, error: true, ..at_rest };
        check(Sensors { cutter_error: true, ..failed }, [0x1a, 0x52, 0x1a, 0x12]);
        check(Sensors { passing_error: true, ..failed }, [0x1a, 0x52, 0x52, 0x12]);
    }

    #[test]
    fn one_bit_of_a_pair_is_enough() {
        let mut sensors = Sensors::default();
        sensors.learn(Question::Paper, 0x16).expect("a status");
        assert!(sensors.near_end && !sensors.paper_out);
        sensors.learn(Question::Paper, 0x32).expect("a status");
        assert!(!sensors.near_end && sensors.paper_out);
    }

    #[test]
    fn garbage_is_not_good_news() {
        for byte in (0..=255u8).filter(|byte| !is_real_time_answer(*byte)) {
            let mut sensors = Sensors { paper_out: true, ..Sensors::default() };
            assert_eq!(sensors.learn(Question::Paper, byte), Err(NotAStatus));
            assert!(sensors.paper_out);
        }
        assert_eq!(Sensors::from_block([0x12, 0, 0, 0]), Err(NotAStatus));
        assert_eq!(Sensors::from_block([0x10, 0x10, 0, 0]), Err(NotAStatus));
    }

    #[test]
    fn blocks_seen_from_an_independent_emulator() {
        assert_eq!(Sensors::from_block([0x10, 0, 0, 0]), Ok(Sensors::default()));
        let near = Sensors::from_block([0x10, 0, 3, 0]).expect("a block");
        assert!(near.near_end && !near.paper_out && !near.offline);
        let out = Sensors::from_block([0x18, 0, 0x0f, 0]).expect("a block");
        assert!(out.near_end && out.paper_out && out.offline);
    }

    proptest! {
        #[test]
        fn a_block_reads_back_as_it_was_sent(bytes in any::<[u8; 4]>()) {
            let block = [bytes[0] & 0x6c | 0x10, bytes[1] & 0x6f, bytes[2] & 0x0f, 0];
            let sensors = Sensors::from_block(block).expect("a block");
            prop_assert_eq!(Sensors::from_block(sensors.block()), Ok(sensors));
        }
    }
}
