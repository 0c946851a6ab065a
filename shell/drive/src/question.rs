//! Questions to a provider that are about no payment: where a bill is, and the bill itself.

use crate::calls::Calls;
use crate::channel::{Channel, ChannelSetup};
use crate::clock::{Clock, moment};
use crate::signers::Signers;
use crate::wire::{NoReply, Wire};
use base::ChannelId;
use http_body_util::BodyExt;
use provider_contract::{Call, Moment, Provider, Reply};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// For a reply, or for the beginning of a file.
const PATIENCE: Duration = Duration::from_secs(30);
/// For the next piece of a file.
const PIECE: Duration = Duration::from_secs(30);

/// Why a question got no answer. Nothing was changed anywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The channel is not configured.
    #[error("no such channel")]
    NoSuchChannel,
    /// The provider has no such function.
    #[error("the provider has no such function")]
    NotPossible,
    /// No reply came, or it broke off.
    #[error("the provider did not answer: {0}")]
    NoReply(String),
    /// What came cannot be kept here.
    #[error("the file cannot be written: {0}")]
    CannotKeep(String),
}

/// Asks providers what is about no payment. Drives nothing, so several programs may ask at a time. Cheap to clone.
#[derive(Clone)]
pub struct Asker {
    channels: Arc<BTreeMap<ChannelId, Channel>>,
    signers: Signers,
    wire: Arc<Wire>,
    clock: Arc<dyn Clock>,
}

impl Asker {
    /// Over these channels, without an engine.
    pub fn new(channels: Vec<ChannelSetup>, clock: Arc<dyn Clock>) -> Asker {
        let channels = channels.into_iter().map(|setup| (setup.id, Channel::new(setup))).collect();
        Asker { channels: Arc::new(channels), signers: Signers::start(), wire: Arc::new(Wire::new()), clock }
    }

    pub(crate) fn of(calls: &Calls) -> Asker {
        Asker {
            channels: Arc::clone(&calls.channels),
            signers: calls.signers.clone(),
            wire: Arc::clone(&calls.wire),
            clock: Arc::clone(&calls.wall),
        }
    }

    /// A channel, if it is configured.
    pub fn channel(&self, id: ChannelId) -> Option<&ChannelSetup> {
        self.channels.get(&id).map(|channel| &channel.setup)
    }

    /// Every channel, in the order of their ids.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelSetup> {
        self.channels.values().map(|channel| &channel.setup)
    }

    /// What time it is.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Asks what `question` makes and gives the reply with the moment it came.
    pub async fn question(
        &self,
        channel: ChannelId,
        question: impl FnOnce(&dyn Provider, &Moment) -> Option<Call> + Send + 'static,
    ) -> Result<(Reply, Moment), NoAnswer> {
        let call = self.prepared(channel, question).await?;
        let reply = self.wire_of(channel)?.ask(call, PATIENCE).await.map_err(no_answer)?;
        Ok((reply, moment(self.clock.as_ref())))
    }

    /// The same for a file, whose pieces go to `to` as they come; `told` hears how many bytes are there. Gives the
    /// status of the reply.
    pub async fn download(
        &self,
        channel: ChannelId,
        question: impl FnOnce(&dyn Provider, &Moment) -> Option<Call> + Send + 'static,
        to: &mut (dyn Write + Send),
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u16, NoAnswer> {
        let call = self.prepared(channel, question).await?;
        self.wire_of(channel)?.download(call, to, told).await
    }

    fn wire_of(&self, channel: ChannelId) -> Result<&Wire, NoAnswer> {
        self.channels.get(&channel).map(|found| found.wire(&self.wire)).ok_or(NoAnswer::NoSuchChannel)
    }

    async fn prepared(
        &self,
        channel: ChannelId,
        question: impl FnOnce(&dyn Provider, &Moment) -> Option<Call> + Send + 'static,
    ) -> Result<Call, NoAnswer> {
        let provider = self.channels.get(&channel).ok_or(NoAnswer::NoSuchChannel)?.provider();
        let moment = moment(self.clock.as_ref());
        let call = self.signers.run(move || question(provider.as_ref(), &moment));
        call.await.flatten().ok_or(NoAnswer::NotPossible)
    }
}

impl Wire {
    async fn download(
        &self,
        call: Call,
        to: &mut (dyn Write + Send),
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u16, NoAnswer> {
        let opened = tokio::time::timeout(PATIENCE, self.open(call)).await;
        let opened = opened.map_err(|_| NoAnswer::NoReply("timed out".to_owned()))?;
        let (status, mut body) = opened.map_err(no_answer)?;
        let mut length = 0;
        loop {
            let piece = tokio::time::timeout(PIECE, body.frame()).await;
            let piece = piece.map_err(|_| NoAnswer::NoReply("it stopped in the middle".to_owned()))?;
            let Some(piece) = piece else { return Ok(status) };
            let piece = piece.map_err(|error| NoAnswer::NoReply(error.to_string()))?;
            if let Some(bytes) = piece.data_ref() {
                to.write_all(bytes).map_err(|error| NoAnswer::CannotKeep(error.to_string()))?;
                length += bytes.len() as u64;
                told(length);
            }
        }
    }
}

fn no_answer(no_reply: NoReply) -> NoAnswer {
    NoAnswer::NoReply(match no_reply {
        NoReply::Lost(why) => format!("{why:?}"),
        NoReply::NeverLeft { why, .. } => why,
        NoReply::TooLong => "the reply is too long".to_owned(),
    })
}
