//! WeChat Pay: payment by the customer's code, by a QR code shown to the customer, query, reversal, close, refund,
//! notifications; and a simulator that real clients can be pointed at.
//!
//! It speaks two protocols, and a channel speaks one of them: [`v3`] (JSON and RSA), and [`v2`] (XML and a shared key),
//! which most merchants still have in production. What a code means for the money is the same in both: [`codes`].
//!
//! Pure translation: it never opens a socket, reads a clock or keeps a state. What is supported, what it was checked
//! against and what was not is in `docs/providers/wechat.md`.
//!
//! ```
//! use provider_contract::{Moment, Provider};
//! use base::Timestamp;
//! // The simulated world's signature costs nothing; a shop's channel reads RSA keys with `WeChat::from_pem`.
//! let simulator = wechat::Simulator::cheap(7);
//! let client = simulator.client("http://127.0.0.1:9001", "http://127.0.0.1:8080/notify/wechat/1");
//! let moment = Moment { now: Timestamp::from_micros(1_795_400_000_000_000), nonce: 1 };
//! let call = client.certificates_call(&moment);
//! assert_eq!(call.url, "http://127.0.0.1:9001/v3/certificates");
//! ```

pub mod codes;
mod config;
mod order;
mod simulator;
pub mod v2;
pub mod v3;

pub use config::BadConfig;
pub use simulator::{BadKeys, Credentials, Keys, Simulator, TlsKeys};
pub use v2::WeChatV2;
pub use v3::{Config, PlatformKey, PlatformPem, Validity, WeChat};

use base::Text;
use payment::Policy;
use provider_contract::Capabilities;
use std::time::Duration;

/// What WeChat Pay can do, whichever protocol is spoken.
fn capabilities() -> Capabilities {
    Capabilities {
        name: "wechat",
        title: Text::new("微信支付", "WeChat Pay"),
        wallets: &["wechat"],
        qr_wallets: &["wechat"],
        payer_code: true,
        shown_qr: true,
        policy: policy(),
    }
}

/// What WeChat's documents suggest: after an unclear charge ask every 5 s, give up after 45 s, reverse no sooner
/// than 15 s after the charge.
pub fn policy() -> Policy {
    let seconds = Duration::from_secs;
    Policy {
        call_timeout: seconds(10),
        first_inquiry: seconds(2),
        inquiry_every: seconds(5),
        give_up_after: seconds(45),
        reverse_not_before: seconds(15),
        reverse_backoff: [3, 6, 12, 24, 60].map(seconds).to_vec(),
        ..Policy::default()
    }
}
