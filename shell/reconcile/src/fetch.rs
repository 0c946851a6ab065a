//! Fetches a bill: where is it, the file, unpacked and proved whole.

use crate::join::JoinError;
use crate::{Reconciler, Stage};
use base::ChannelId;
use drive::{ChannelSetup, NoAnswer};
use provider_contract::bills::{BadBill, BillSort, Located, NoBill};
use settlement::Day;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A download that breaks off is begun anew so often.
const TRIES: u32 = 3;

/// Why there is no file to read.
#[derive(Debug)]
pub(crate) enum FetchError {
    NoAnswer(NoAnswer),
    NoBill(NoBill),
    Join(JoinError),
}

impl From<NoAnswer> for FetchError {
    fn from(error: NoAnswer) -> FetchError {
        FetchError::NoAnswer(error)
    }
}

impl From<std::io::Error> for FetchError {
    fn from(error: std::io::Error) -> FetchError {
        FetchError::Join(JoinError::Io(error))
    }
}

/// The bill's file, unpacked, in `folder`.
pub(crate) async fn fetch(
    reconciler: &Reconciler,
    channel: ChannelId,
    sort: BillSort,
    day: Day,
    folder: &Path,
) -> Result<PathBuf, FetchError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match fetch_once(reconciler, channel, sort, day, folder).await {
            // Addresses live for seconds, so a new try begins with a new one.
            Err(FetchError::NoAnswer(NoAnswer::NoReply(why))) if tries < TRIES => {
                tracing::info!(%channel, %day, "the bill's download broke off, trying again: {why}");
            }
            done => return done,
        }
    }
}

async fn fetch_once(
    reconciler: &Reconciler,
    channel: ChannelId,
    sort: BillSort,
    day: Day,
    folder: &Path,
) -> Result<PathBuf, FetchError> {
    let handle = &reconciler.asker;
    let locate = move |provider: &dyn provider_contract::Provider, moment: &provider_contract::Moment| {
        provider.bills().map(|bills| bills.locate(sort, day, moment))
    };
    let (reply, moment) = handle.question(channel, locate).await?;
    let setup = handle.channel(channel).ok_or(NoAnswer::NoSuchChannel)?;
    let bills = setup.provider.bills().ok_or(NoAnswer::NotPossible)?;
    let located = bills.located(&reply, &moment).map_err(FetchError::NoBill)?;
    let packed = folder.join("bill.packed");
    let mut file = BufWriter::new(File::create(&packed)?);
    let address = located.clone();
    let download = move |provider: &dyn provider_contract::Provider, moment: &provider_contract::Moment| {
        provider.bills().and_then(|bills| bills.download(&address, moment).ok())
    };
    let told = Arc::clone(&reconciler.told);
    let status =
        handle.download(channel, download, &mut file, &move |bytes| told(Stage::Fetching, bytes, 0)).await?;
    file.flush()?;
    drop(file);
    if status != 200 {
        return Err(NoAnswer::NoReply(format!("HTTP {status} instead of the file")).into());
    }
    unpack(setup, located, packed, folder.join("bill")).await
}

/// A file that a person gave, unpacked if it is packed.
pub(crate) async fn unpacked(
    setup: &ChannelSetup,
    file: &Path,
    folder: &Path,
) -> Result<PathBuf, FetchError> {
    let mut head = [0; 2];
    let packed = File::open(file)?.read_exact(&mut head).is_ok() && matches!(&head, b"PK" | [0x1F, 0x8B]);
    if !packed {
        return Ok(file.to_owned());
    }
    let nowhere = Located { url: String::new(), sha1: None };
    unpack(setup, nowhere, file.to_owned(), folder.join("bill")).await
}

async fn unpack(
    setup: &ChannelSetup,
    located: Located,
    from: PathBuf,
    to: PathBuf,
) -> Result<PathBuf, FetchError> {
    let provider = Arc::clone(&setup.provider);
    let target = to.clone();
    let work = move || -> Result<(), FetchError> {
        let bills = provider.bills().ok_or(NoAnswer::NotPossible)?;
        let (mut from, mut to) = (BufReader::new(File::open(from)?), BufWriter::new(File::create(target)?));
        bills
            .unpack(&located, &mut from, &mut to)
            .map_err(|bad: BadBill| FetchError::Join(JoinError::Bad(bad)))?;
        Ok(to.flush()?)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| std::io::Error::other(error.to_string()))??;
    Ok(to)
}
