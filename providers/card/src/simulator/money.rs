//! What the simulated host does with a transaction: what it checks, in which order, and what moves.

use super::ledger::{Entry, Key};
use super::{CODE_BY_FEN, Desk, Issued, Mishap, Said, batch_of, is_signed};
use crate::acquirer::{Acquirer, Kind};
use crate::pan::Pan;
use crate::response_codes::response_code;
use crate::track::decrypt_track;
use iso8583::Message;

/// Every kind, to find which one a message is.
const KINDS: [Kind; 9] = [
    Kind::Sale,
    Kind::SaleVoid,
    Kind::Refund,
    Kind::Balance,
    Kind::PreAuthorization,
    Kind::PreAuthorizationVoid,
    Kind::Completion,
    Kind::CompletionVoid,
    Kind::CompletionAdvice,
];

/// A transaction as it was understood.
struct Wish {
    kind: Kind,
    key: Key,
    fen: u64,
    pan: Pan,
    original: Option<Key>,
    retrieval: Option<String>,
    authorization: Option<String>,
}

impl Desk {
    pub(super) fn transact(&mut self, acquirer: &Acquirer, message: &Message<'_>, serial: u64) -> Said {
        let fen = message.field(4).and_then(|value| value.number()).unwrap_or_default();
        let mishap = Mishap::of(fen);
        if mishap == Some(Mishap::KeysExpired) {
            self.issued = None;
        }
        let Some(issued) = &self.issued else { return Said::code("99") };
        if !is_signed(message, &issued.mac) {
            return Said::code("A0");
        }
        if mishap == Some(Mishap::LostBefore) {
            return Said { mishap, ..Said::code("") };
        }
        let wish = match understood(acquirer, message, issued) {
            Ok(wish) => wish,
            Err(code) => return Said { mac: true, ..Said::code(code) },
        };
        let said = Said { mac: true, ..self.decide(acquirer, &wish, serial) };
        match mishap {
            Some(Mishap::SaysItDoesNotKnow) => Said { mac: true, ..Said::code("98") },
            _ => Said { mishap, ..said },
        }
    }

    fn decide(&mut self, acquirer: &Acquirer, wish: &Wish, serial: u64) -> Said {
        if wish.key.0 != self.batch {
            return Said::code("77");
        }
        if let Some(known) = self.ledger.entry(wish.key) {
            let same = (known.kind, known.fen, &known.pan, known.original)
                == (wish.kind, wish.fen, &wish.pan, wish.original);
            return if same && !known.reversed { approved(known) } else { Said::code("94") };
        }
        let late = self.ledger.last_trace(self.batch).is_some_and(|last| wish.key.1 < last);
        if late || self.ledger.was_reversed_before_it_came(wish.key) {
            return Said::code("94");
        }
        if wish.kind == Kind::Balance {
            return Said::code("00").with(54, format!("1002{}C{:012}", acquirer.currency, 123_456));
        }
        if let Some(refused) = refused_by_amount(wish).or_else(|| self.refused_by_its_original(wish)) {
            return Said::code(&refused);
        }
        let entry = Entry {
            kind: wish.kind,
            fen: wish.fen,
            pan: wish.pan.clone(),
            retrieval: format!("{:012}", serial + 1),
            authorization: format!("{:06}", (serial + 1) % 1_000_000),
            original: wish.original,
            reversed: false,
        };
        let said = approved(&entry);
        self.ledger.add(wish.key, entry);
        said
    }

    /// Why the transaction that it names does not allow it.
    fn refused_by_its_original(&self, wish: &Wish) -> Option<String> {
        let rests_on = match wish.kind {
            Kind::Sale | Kind::PreAuthorization | Kind::Balance => return None,
            Kind::SaleVoid | Kind::Refund => Kind::Sale,
            Kind::PreAuthorizationVoid | Kind::Completion | Kind::CompletionAdvice => Kind::PreAuthorization,
            Kind::CompletionVoid => Kind::Completion,
        };
        let refused = |code: &str| Some(code.to_owned());
        let Some((key, original)) = wish.original.and_then(|key| Some((key, self.ledger.standing(key)?)))
        else {
            return refused("25");
        };
        let named = wish.retrieval.as_ref().is_none_or(|named| *named == original.retrieval)
            && wish.authorization.as_ref().is_none_or(|named| *named == original.authorization);
        if original.kind != rests_on || !named || original.pan != wish.pan {
            return refused("22");
        }
        let left = original.fen - self.ledger.refunded(key);
        let whole = matches!(wish.kind, Kind::SaleVoid | Kind::PreAuthorizationVoid | Kind::CompletionVoid);
        if wish.fen > left || whole && wish.fen != original.fen {
            return refused("13");
        }
        // A sale is voided in its own batch; what went back in part is not voided any more.
        (wish.kind == Kind::SaleVoid && (key.0 != self.batch || left != original.fen))
            .then(|| "12".to_owned())
    }
}

fn understood(acquirer: &Acquirer, message: &Message<'_>, issued: &Issued) -> Result<Wish, &'static str> {
    let text = |number| message.field(number).map(|value| value.to_text()).unwrap_or_default();
    let number = |field: u8| message.field(field).and_then(|value| value.number());
    let field_60 = text(60);
    let kind = KINDS.into_iter().find(|kind| {
        let written = acquirer.written(*kind);
        written.mti == message.mti()
            && (written.processing, written.condition, written.kind)
                == (text(3).as_str(), text(25).as_str(), field_60.get(..2).unwrap_or_default())
    });
    let pan = card(message, issued)?;
    pin_is_right(message, issued, &pan)?;
    let original = message
        .field(61)
        .and_then(|value| Some((value.part(0, 6)?.parse().ok()?, value.part(6, 6)?.parse().ok()?)));
    let optional = |field: u8| message.field(field).map(|value| value.to_text());
    Ok(Wish {
        kind: kind.ok_or("40")?,
        key: (batch_of(&field_60).ok_or("30")?, number(11).ok_or("30")? as u32),
        fen: number(4).unwrap_or_default(),
        pan,
        original,
        retrieval: optional(37),
        authorization: optional(38),
    })
}

/// The card's number: field 2, or what the track says; where both are there they agree.
fn card(message: &Message<'_>, issued: &Issued) -> Result<Pan, &'static str> {
    let told = message.field(2).map(|value| value.to_text());
    let encrypted = message.field(53).is_some_and(|value| value.part(2, 1).as_deref() == Some("1"));
    let read = match message.field(35) {
        None => None,
        Some(track) if encrypted => {
            let mut packed = zeroize::Zeroizing::new(track.bytes().to_vec());
            let key = issued.track.as_ref().ok_or("30")?;
            decrypt_track(key, &mut packed).map_err(|_| "30")?;
            Some(packed.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
        }
        Some(track) => Some(track.to_text()),
    };
    let read = read.map(|track| track.split(['D', '=']).next().unwrap_or_default().to_owned());
    if told.is_some() && read.is_some() && told != read {
        return Err("14");
    }
    told.or(read).and_then(|digits| Pan::parse(&digits).ok()).ok_or("14")
}

/// Whatever is typed is right, but six zeros; a block that is none of this card's is wrong.
fn pin_is_right(message: &Message<'_>, issued: &Issued, pan: &Pan) -> Result<(), &'static str> {
    let Some(block) = message.field(52) else { return Ok(()) };
    let with_card = message.field(53).is_some_and(|value| value.part(0, 1).as_deref() == Some("2"));
    let block: &[u8; 8] = block.bytes().try_into().map_err(|_| "30")?;
    let pin = issued.pin.open_format_0_or_3(block, pan).map_err(|_| "55")?;
    let zeros = crate::pin::Pin::parse("000000").expect("six digits");
    if !with_card || pin.is(&zeros) { Err("55") } else { Ok(()) }
}

/// Nothing is refused with a code that no table lists, and 99.00 is an ordinary amount.
fn refused_by_amount(wish: &Wish) -> Option<String> {
    if wish.fen == 0 {
        return Some("13".to_owned());
    }
    let code = format!("{:02}", wish.fen % 100);
    let asks = wish.fen / 100 == CODE_BY_FEN && code != "00" && wish.original.is_none();
    (asks && response_code(&code).is_some()).then_some(code)
}

fn approved(entry: &Entry) -> Said {
    Said::code("00").with(37, entry.retrieval.as_bytes()).with(38, entry.authorization.as_bytes())
}
