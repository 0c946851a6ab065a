//! A message of ours on its way to being bytes: fields put one by one, then framed, with or without a MAC.

use crate::acquirer::{Acquirer, Terminal};
use crate::mac::Mac;
use iso8583::{BadFrame, CannotEncode, Content, Draft, Mti};
use std::fmt;
use zeroize::Zeroizing;

/// Fields with what they say; overwritten when they go, since a card's data is among them.
pub(crate) struct Outgoing {
    mti: Mti,
    fields: Vec<(u8, Zeroizing<Vec<u8>>)>,
}

/// Why a message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotWrite {
    /// A field does not fit its table: something that was entered, or a profile that does not go with its dialect.
    Field(CannotEncode),
    /// The whole is too long.
    Frame(BadFrame),
}

impl Outgoing {
    pub fn new(mti: Mti) -> Outgoing {
        Outgoing { mti, fields: Vec::new() }
    }

    /// Says what a field says.
    pub fn put(&mut self, number: u8, says: impl AsRef<[u8]>) -> &mut Outgoing {
        self.fields.push((number, Zeroizing::new(says.as_ref().to_vec())));
        self
    }

    /// Says it if there is something to say.
    pub fn put_if(&mut self, number: u8, says: Option<impl AsRef<[u8]>>) -> &mut Outgoing {
        if let Some(says) = says {
            self.put(number, says);
        }
        self
    }

    /// Who sends it.
    pub fn put_terminal(&mut self, terminal: &Terminal) -> &mut Outgoing {
        self.put(41, &terminal.number).put(42, &terminal.merchant)
    }

    /// The whole frame; with field 64 if there is a MAC to be made.
    pub fn framed(
        &self,
        acquirer: &Acquirer,
        terminal: &Terminal,
        mac: Option<&Mac>,
    ) -> Result<Vec<u8>, CannotWrite> {
        let mut draft = Draft::new(self.mti);
        for (number, says) in &self.fields {
            draft.set(*number, says.as_slice());
        }
        if mac.is_some() {
            draft.set(64, Content::Mac);
        }
        let made = |covered: &[u8]| mac.map_or([0; 8], |mac| mac.field(covered));
        let mut frame = Vec::with_capacity(512);
        acquirer.spec.framing.write(terminal.tpdu, &terminal.header.bytes(), &mut frame, |out| {
            draft.encode_with_mac(&acquirer.spec, out, made).map_err(CannotWrite::Field)
        })?;
        Ok(frame)
    }
}

impl From<BadFrame> for CannotWrite {
    fn from(bad: BadFrame) -> CannotWrite {
        CannotWrite::Frame(bad)
    }
}

impl fmt::Display for CannotWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotWrite::Field(why) => write!(f, "the message cannot be written: {why}"),
            CannotWrite::Frame(why) => write!(f, "the message cannot be framed: {why}"),
        }
    }
}

impl std::error::Error for CannotWrite {}
