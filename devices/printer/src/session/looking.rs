//! One look at the printer: its status questions asked one at a time, each again if no answer comes.
//!
//! One at a time, because an answer does not say which question it belongs to, and over USB the answer to the
//! question before has been seen to arrive instead.

use base::Timestamp;
use escpos::{Question, Sensors};
use std::time::Duration;

/// A look that is going on.
#[derive(Clone, Debug)]
pub(super) struct Look {
    question: Question,
    found: Sensors,
    tries: u32,
    deadline: Timestamp,
}

/// What a look has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// This question is to be sent now.
    AskNext(Question),
    /// It is over, and this is how the printer is.
    Found(Sensors),
    /// It is over, and the printer did not answer.
    Silence,
}

/// A printer answers a real-time question in milliseconds, if it answers at all.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
const TRIES_MAX: u32 = 3;

impl Look {
    /// A look whose first question is sent now.
    pub(super) fn begin(now: Timestamp) -> Look {
        Look {
            question: Question::Printer,
            found: Sensors::default(),
            tries: 1,
            deadline: now + ANSWER_WITHIN,
        }
    }

    /// The question that is out.
    pub(super) fn question(&self) -> Question {
        self.question
    }

    /// When the question counts as unanswered.
    pub(super) fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// An answer has come. Garbage is no answer.
    pub(super) fn hear(&mut self, byte: u8, now: Timestamp) -> Option<Looked> {
        self.found.learn(self.question, byte).ok()?;
        Some(match self.next_question() {
            Some(question) => {
                self.question = question;
                self.tries = 1;
                self.deadline = now + ANSWER_WITHIN;
                Looked::AskNext(question)
            }
            None => Looked::Found(self.found),
        })
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Timestamp) -> Option<Looked> {
        if now < self.deadline {
            return None;
        }
        if self.tries == TRIES_MAX {
            return Some(Looked::Silence);
        }
        self.tries += 1;
        self.deadline = now + ANSWER_WITHIN;
        Some(Looked::AskNext(self.question))
    }

    /// The cause of an error is asked for only if there is one.
    fn next_question(&self) -> Option<Question> {
        match self.question {
            Question::Printer => Some(Question::OfflineCause),
            Question::OfflineCause if self.found.error => Some(Question::ErrorCause),
            Question::OfflineCause | Question::ErrorCause => Some(Question::Paper),
            Question::Paper => None,
        }
    }
}
