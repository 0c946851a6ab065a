//! What lies around a message on the wire: a length, the transport's addresses, the terminal's header.

use std::fmt;

/// The longest frame that is taken for one: lengths beyond it are noise, or another protocol.
const FRAME_MAX: usize = 9_999;

/// How a dialect frames its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    /// How the length before all else is written.
    pub length: FrameLength,
    /// Whether five bytes of addresses follow it.
    pub tpdu: bool,
    /// How many bytes of header come before the message.
    pub header_bytes: usize,
}

/// How a frame's length is written; it counts what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameLength {
    /// Not at all: a frame is what arrives.
    None,
    /// Two bytes, the higher first.
    Binary,
    /// Four characters.
    Ascii,
}

/// A frame taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The addresses, if the dialect has any.
    pub tpdu: Option<Tpdu>,
    /// The header's bytes; empty if the dialect has none.
    pub header: &'a [u8],
    /// The message.
    pub message: &'a [u8],
}

/// Who sends to whom: identifier, destination, source, ten digits packed into five bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tpdu {
    /// 0x60 for transactions.
    pub id: u8,
    /// Whom it is for.
    pub destination: u16,
    /// Whom it is from.
    pub source: u16,
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadFrame {
    /// The length is no number.
    LengthIsNoNumber,
    /// It says that it is shorter than addresses and header, or longer than any frame.
    LengthMakesNoSense(usize),
    /// More or fewer bytes than it says.
    LengthDiffers {
        /// As it says.
        says: usize,
        /// As there are.
        has: usize,
    },
    /// The message is too long to be framed.
    TooLong(usize),
}

impl Tpdu {
    /// From its five bytes.
    pub const fn of(bytes: [u8; 5]) -> Tpdu {
        let [id, d1, d2, s1, s2] = bytes;
        Tpdu { id, destination: u16::from_be_bytes([d1, d2]), source: u16::from_be_bytes([s1, s2]) }
    }

    /// Its five bytes.
    pub const fn bytes(self) -> [u8; 5] {
        let ([d1, d2], [s1, s2]) = (self.destination.to_be_bytes(), self.source.to_be_bytes());
        [self.id, d1, d2, s1, s2]
    }

    /// The addresses of the answer: the other way round.
    pub const fn answer(self) -> Tpdu {
        Tpdu { id: self.id, destination: self.source, source: self.destination }
    }
}

impl Framing {
    /// How many bytes the frame at the beginning of `received` has; nothing while too little has arrived to tell, or
    /// not all of it has. Whoever reads a stream asks this after each piece.
    pub fn whole(&self, received: &[u8]) -> Result<Option<usize>, BadFrame> {
        let Some((says, prefix)) = self.length_of(received)? else { return Ok(None) };
        Ok((received.len() >= prefix + says).then_some(prefix + says))
    }

    /// Takes one frame apart.
    pub fn open<'a>(&self, frame: &'a [u8]) -> Result<Frame<'a>, BadFrame> {
        let cut_short = BadFrame::LengthDiffers { says: self.before_message(), has: frame.len() };
        let (says, prefix) = self.length_of(frame)?.ok_or(cut_short)?;
        let rest = &frame[prefix..];
        if rest.len() != says {
            return Err(BadFrame::LengthDiffers { says, has: rest.len() });
        }
        let (tpdu, rest) = match (self.tpdu, rest.split_first_chunk::<5>()) {
            (true, Some((tpdu, rest))) => (Some(Tpdu::of(*tpdu)), rest),
            (true, None) => return Err(cut_short),
            (false, _) => (None, rest),
        };
        let (header, message) = rest.split_at_checked(self.header_bytes).ok_or(cut_short)?;
        Ok(Frame { tpdu, header, message })
    }

    /// Writes a frame behind what is in `out`; `message` writes the message. `header` has as many bytes as the dialect
    /// says. Whatever goes wrong, `out` is then as it was.
    pub fn write<E: From<BadFrame>>(
        &self,
        tpdu: Tpdu,
        header: &[u8],
        out: &mut Vec<u8>,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        assert_eq!(header.len(), self.header_bytes, "the header has the dialect's length");
        let begin = out.len();
        out.resize(begin + self.length_bytes(), 0);
        if self.tpdu {
            out.extend_from_slice(&tpdu.bytes());
        }
        out.extend_from_slice(header);
        let written = message(out).and_then(|()| Ok(self.write_length(begin, out)?));
        if written.is_err() {
            out.truncate(begin);
        }
        written
    }

    fn write_length(&self, begin: usize, out: &mut [u8]) -> Result<(), BadFrame> {
        let length = out.len() - begin - self.length_bytes();
        if length > FRAME_MAX {
            return Err(BadFrame::TooLong(length));
        }
        match self.length {
            FrameLength::None => {}
            FrameLength::Binary => out[begin..begin + 2].copy_from_slice(&(length as u16).to_be_bytes()),
            FrameLength::Ascii => out[begin..begin + 4].copy_from_slice(format!("{length:04}").as_bytes()),
        }
        Ok(())
    }

    const fn length_bytes(&self) -> usize {
        match self.length {
            FrameLength::None => 0,
            FrameLength::Binary => 2,
            FrameLength::Ascii => 4,
        }
    }

    /// Addresses and header.
    const fn before_message(&self) -> usize {
        self.header_bytes + if self.tpdu { 5 } else { 0 }
    }

    /// What the length says, and how many bytes it takes itself; nothing while it is not there whole.
    fn length_of(&self, received: &[u8]) -> Result<Option<(usize, usize)>, BadFrame> {
        let prefix = self.length_bytes();
        let Some(written) = received.get(..prefix) else { return Ok(None) };
        let says = match self.length {
            FrameLength::None => received.len(),
            FrameLength::Binary => written.iter().fold(0, |so_far, byte| so_far << 8 | usize::from(*byte)),
            FrameLength::Ascii if written.iter().all(u8::is_ascii_digit) => {
                written.iter().fold(0, |so_far, byte| so_far * 10 + usize::from(byte - b'0'))
            }
            FrameLength::Ascii => return Err(BadFrame::LengthIsNoNumber),
        };
        if says < self.before_message() || says > FRAME_MAX {
            return Err(BadFrame::LengthMakesNoSense(says));
        }
        Ok(Some((says, prefix)))
    }
}

/// Lengths and addresses, and nothing of the message.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, header {} bytes, message {} bytes", self.tpdu, self.header.len(), self.message.len())
    }
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadFrame::LengthIsNoNumber => f.write_str("the frame's length is no number"),
            BadFrame::LengthMakesNoSense(says) => write!(f, "no frame is {says} bytes long"),
            BadFrame::LengthDiffers { says, has } => write!(f, "the frame says {says} bytes and has {has}"),
            BadFrame::TooLong(is) => write!(f, "a message of {is} bytes is too long for a frame"),
        }
    }
}

impl std::error::Error for BadFrame {}

#[cfg(test)]
mod tests {
    use super::*;

    const POS: Framing = Framing { length: FrameLength::Binary, tpdu: true, header_bytes: 6 };
    const ASCII: Framing = Framing { length: FrameLength::Ascii, tpdu: false, header_bytes: 0 };

    fn framed(framing: &Framing, message: &[u8]) -> Result<Vec<u8>, BadFrame> {
        let mut out = vec![7];
        let header = vec![0; framing.header_bytes];
        framing.write(Tpdu::of([0x60, 0, 6, 0, 0]), &header, &mut out, |out| {
            out.extend_from_slice(message);
            Ok::<(), BadFrame>(())
        })?;
        Ok(out.split_off(1))
    }

    #[test]
    fn a_frame_opens_to_what_was_put_in() {
        for framing in [POS, ASCII] {
            let bytes = framed(&framing, b"message").expect("short enough");
            assert_eq!(framing.open(&bytes).expect("just written").message, b"message");
        }
    }

    #[test]
    fn a_stream_is_cut_where_frames_end() {
        let mut stream = framed(&POS, b"one").expect("short enough");
        let first = stream.len();
        stream.extend(framed(&POS, b"two").expect("short enough"));
        for end in 0..first {
            assert_eq!(POS.whole(&stream[..end]), Ok(None), "after {end} bytes");
        }
        assert_eq!(POS.whole(&stream), Ok(Some(first)));
    }

    #[test]
    fn a_length_that_makes_no_sense_is_refused_at_once() {
        assert_eq!(POS.whole(&[0, 10]), Err(BadFrame::LengthMakesNoSense(10)));
        assert_eq!(POS.whole(b"HT"), Err(BadFrame::LengthMakesNoSense(0x4854)));
        assert_eq!(ASCII.whole(b"00x1"), Err(BadFrame::LengthIsNoNumber));
        assert_eq!(POS.open(&[0, 12, 0]), Err(BadFrame::LengthDiffers { says: 12, has: 1 }));
        assert!(POS.open(&[]).is_err());
        assert_eq!(framed(&ASCII, &[b'0'; 10_000]), Err(BadFrame::TooLong(10_000)));
    }

    #[test]
    fn an_answer_goes_back_where_its_question_came_from() {
        let asked = Tpdu::of([0x60, 0x05, 0x25, 0x00, 0x00]);
        assert_eq!(asked.answer().bytes(), [0x60, 0x00, 0x00, 0x05, 0x25]);
    }
}
