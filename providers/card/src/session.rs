//! Signing in: what makes a terminal do it, and what the answer gives it.

use crate::acquirer::Acquirer;
use crate::incoming::{HostAnswer, Mistrust, read_answer};
use crate::keys::Tmk;
use crate::response_codes::{Again, response_code};
use crate::sign_in_keys::{BadWorkingKeys, WorkingKeys};
use iso8583::{Message, ProcessingRequest};
use std::fmt;

/// A terminal that has signed in.
pub struct SignedIn {
    /// What it works with until it signs in again.
    pub keys: WorkingKeys,
    /// The batch that the host has open for it; taken over only while nothing of another batch is unsettled.
    pub batch: Option<u32>,
}

/// Why a terminal is not signed in. It has no keys then, whatever it had before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSignedIn {
    /// The answer is not to be trusted.
    Mistrusted(Mistrust),
    /// The host refuses: its response code.
    Refused(String),
    /// The answer has no keys.
    NoKeys,
    /// The keys cannot be used.
    BadKeys(BadWorkingKeys),
}

/// Reads the answer to a sign-in. It has no MAC: what proves it is that its keys open under the master key.
pub fn signed_in(
    acquirer: &Acquirer,
    tmk: &Tmk,
    question: &[u8],
    answer: &[u8],
) -> Result<SignedIn, NotSignedIn> {
    let said = read_answer(acquirer, question, answer, None).map_err(NotSignedIn::Mistrusted)?;
    if said.code != "00" {
        return Err(NotSignedIn::Refused(said.code));
    }
    let frame =
        acquirer.spec.framing.open(answer).map_err(|why| NotSignedIn::Mistrusted(Mistrust::Frame(why)))?;
    let message = Message::decode(&acquirer.spec, frame.message)
        .map_err(|why| NotSignedIn::Mistrusted(Mistrust::Message(why)))?;
    let sealed = message.field(62).ok_or(NotSignedIn::NoKeys)?;
    let keys = tmk.open_working_keys(sealed.bytes()).map_err(NotSignedIn::BadKeys)?;
    Ok(SignedIn { keys, batch: said.batch })
}

/// Whether the terminal must sign in before it asks anything else.
pub fn wants_sign_in(answer: &HostAnswer) -> bool {
    let by_code = response_code(&answer.code).is_some_and(|line| line.again == Again::AfterSignIn);
    by_code || answer.wants == Some(ProcessingRequest::SignInAgain)
}

impl fmt::Display for NotSignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSignedIn::Mistrusted(why) => write!(f, "the sign-in was not answered rightly: {why}"),
            NotSignedIn::Refused(code) => write!(f, "the host refuses the sign-in with code {code}"),
            NotSignedIn::NoKeys => f.write_str("the host sent no working keys"),
            NotSignedIn::BadKeys(why) => write!(f, "the working keys cannot be used: {why}"),
        }
    }
}

impl std::error::Error for NotSignedIn {}
