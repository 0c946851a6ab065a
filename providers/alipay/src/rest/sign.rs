//! What REST signs, and where the signature travels.

use provider_contract::signing::{Sign, Verify};

/// The name of the only algorithm; it opens the Authorization header.
pub const SCHEME: &str = "ALIPAY-SHA256withRSA";
/// Header of an answer: milliseconds since 1970.
pub const TIMESTAMP: &str = "alipay-timestamp";
/// Header of an answer: its salt.
pub const NONCE: &str = "alipay-nonce";
/// Header of an answer: its signature.
pub const SIGNATURE: &str = "alipay-signature";
/// Header of an answer: the name of the exchange, for questions to Alipay.
pub const TRACE_ID: &str = "alipay-trace-id";

/// What an application signs: who asks and when, the method, path and query as sent, the body as sent; each with its line
/// feed, also the last.
pub fn request_text(auth: &str, method: &str, target: &str, body: &str) -> String {
    format!("{auth}\n{method}\n{target}\n{body}\n")
}

/// What Alipay signs.
pub fn answer_text(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat()
}

/// Who asks and when, as it stands in the header and is signed.
pub fn auth(app_id: &str, nonce: &str, timestamp_ms: i64) -> String {
    format!("app_id={app_id},nonce={nonce},timestamp={timestamp_ms}")
}

/// The Authorization header of a request.
pub fn authorization(auth: &str, method: &str, target: &str, body: &str, key: &dyn Sign) -> String {
    let signature = key.sign(request_text(auth, method, target, body).as_bytes());
    format!("{SCHEME} {auth},sign={signature}")
}

/// An Authorization header taken apart. Clients write the fields in different orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// What is signed of it: everything before `,sign=`.
    pub auth: &'a str,
    /// The application.
    pub app_id: &'a str,
    /// The salt.
    pub nonce: &'a str,
    /// Milliseconds since 1970.
    pub timestamp: &'a str,
    /// The signature.
    pub sign: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header; the error names what is missing.
    pub fn parse(header: &'a str) -> Result<Authorization<'a>, &'static str> {
        let fields = header.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(' '));
        let (auth, sign) = fields.ok_or("scheme")?.rsplit_once(",sign=").ok_or("sign")?;
        let field = |name: &'static str| {
            let mut pairs = auth.split(',').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(known, _)| *known == name).map(|(_, value)| value);
            found.filter(|value| !value.is_empty()).ok_or(name)
        };
        Ok(Authorization {
            auth,
            app_id: field("app_id")?,
            nonce: field("nonce")?,
            timestamp: field("timestamp")?,
            sign: Some(sign).filter(|sign| !sign.is_empty()).ok_or("sign")?,
        })
    }

    /// Whether it is the application's own.
    pub fn fits(&self, method: &str, target: &str, body: &str, key: &dyn Verify) -> bool {
        key.verify(request_text(self.auth, method, target, body).as_bytes(), self.sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_contract::signing::Checksum;

    #[test]
    fn a_header_is_read_in_any_order() {
        let key = Checksum { key: 7 };
        let header = authorization(&auth("2021", "ab", 1), "POST", "/v3/x?y=1", "{}", &key);
        let read = Authorization::parse(&header).expect("our own header");
        assert_eq!((read.app_id, read.nonce, read.timestamp), ("2021", "ab", "1"));
        assert!(read.fits("POST", "/v3/x?y=1", "{}", &key));
        assert!(!read.fits("POST", "/v3/x?y=2", "{}", &key));
        assert!(!read.fits("GET", "/v3/x?y=1", "{}", &key));
        assert!(!read.fits("POST", "/v3/x?y=1", "{} ", &key));
        let turned = "ALIPAY-SHA256withRSA timestamp=1,expired_seconds=60,nonce=n,app_id=2021,sign=a=b==";
        let read = Authorization::parse(turned).expect("another client's header");
        assert_eq!((read.app_id, read.sign), ("2021", "a=b=="));
        assert_eq!(read.auth, "timestamp=1,expired_seconds=60,nonce=n,app_id=2021");
        for (header, missing) in [
            ("Basic abc", "scheme"),
            ("ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=3", "sign"),
            ("ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=3,sign=", "sign"),
            ("ALIPAY-SHA256withRSA nonce=2,timestamp=3,sign=x", "app_id"),
            ("ALIPAY-SHA256withRSA app_id=1,timestamp=3,sign=x", "nonce"),
            ("ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=,sign=x", "timestamp"),
        ] {
            assert_eq!(Authorization::parse(header), Err(missing), "{header}");
        }
    }
}
