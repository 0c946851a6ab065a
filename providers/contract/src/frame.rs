//! Frames over TCP: how hosts of card acquirers are spoken to. One frame goes there and one comes back.
//!
//! A [`Call`] says by its address's scheme how it is carried: `http` and `https` as HTTP, `frame` as a frame. A frame is
//! its own length in two bytes, the higher first, and what follows; body and reply are the whole frame, so that the bytes
//! that a provider made are the bytes that leave. Method and headers mean nothing to a frame.

use crate::{Call, HttpMethod, HttpRequest, Reply};

/// What addresses of hosts begin with that speak in frames.
const SCHEME: &str = "frame://";
/// The bytes of the length.
pub const FRAME_LENGTH_BYTES: usize = 2;
/// The longest frame that is taken for one, its length not counted: no acquirer's message comes near.
pub const FRAME_BYTES_MAX: usize = 9_999;

impl Call {
    /// A call that sends one frame to `address`, a host and a port, and waits for one.
    pub fn frame(address: &str, frame: Vec<u8>) -> Call {
        Call {
            method: HttpMethod::Post,
            url: format!("{SCHEME}{address}"),
            headers: Vec::new(),
            body: frame,
            client_certificate: false,
        }
    }

    /// Host and port, if it is carried as a frame.
    pub fn frame_address(&self) -> Option<&str> {
        self.url.strip_prefix(SCHEME)
    }
}

impl Reply {
    /// A frame that came back.
    pub fn frame(frame: Vec<u8>) -> Reply {
        Reply { status: 200, headers: Vec::new(), body: frame }
    }
}

impl HttpRequest {
    /// A frame that reached a simulator.
    pub fn frame(frame: Vec<u8>) -> HttpRequest {
        HttpRequest { method: "POST".to_owned(), target: "/".to_owned(), headers: Vec::new(), body: frame }
    }
}

/// How many bytes follow a length; none if so many are no frame.
pub fn frame_bytes(length: [u8; FRAME_LENGTH_BYTES]) -> Option<usize> {
    let bytes = usize::from(u16::from_be_bytes(length));
    (1..=FRAME_BYTES_MAX).contains(&bytes).then_some(bytes)
}

/// Whether these bytes are one whole frame: a length and as many bytes.
pub fn is_frame(bytes: &[u8]) -> bool {
    let length = bytes.split_first_chunk::<FRAME_LENGTH_BYTES>();
    length.is_some_and(|(length, rest)| frame_bytes(*length) == Some(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_a_call_is_carried() {
        let call = Call::frame("127.0.0.1:5000", vec![0, 1, 7]);
        assert_eq!(call.frame_address(), Some("127.0.0.1:5000"));
        let other = Call { url: "https://127.0.0.1:5000/frame".to_owned(), ..call };
        assert_eq!(other.frame_address(), None);
    }

    #[test]
    fn a_frame_has_as_many_bytes_as_it_says() {
        assert!(is_frame(&[0, 1, 7]));
        for bytes in [&[][..], &[0], &[0, 0], &[0, 2, 7], &[0, 1, 7, 7], &[0xFF, 0xFF, 0]] {
            assert!(!is_frame(bytes), "{bytes:?}");
        }
        assert_eq!(
            [0, 9_999, 10_000].map(|long: u16| frame_bytes(long.to_be_bytes())),
            [None, Some(9_999), None]
        );
    }
}
