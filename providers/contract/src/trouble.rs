//! What stands between us and a provider, as far as one reply shows it: for the people who mend it.

/// A named trouble. It is a hint about the installation, never a fact about money: replies that cannot be trusted are
/// read for it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The provider does not accept our signature: the private key is another's.
    OurSignature,
    /// The provider does not know the merchant, application or certificate number that we sent.
    OurNumber,
    /// Our clock and the provider's are too far apart.
    Clock,
    /// The provider knows us and does not allow what was asked.
    NotPermitted,
    /// The reply is signed by a key that we do not hold (yet).
    UnknownKey,
    /// The reply's signature is wrong or missing.
    TheirSignature,
    /// The provider fails inside, or is closed.
    Failing,
    /// Whoever answered does not speak the provider's language: another address, or something in between.
    NotTheProvider,
}

impl Trouble {
    /// Its short name, as health reports write it.
    pub fn code(self) -> &'static str {
        match self {
            Trouble::OurSignature => "our_signature",
            Trouble::OurNumber => "our_number",
            Trouble::Clock => "clock",
            Trouble::NotPermitted => "not_permitted",
            Trouble::UnknownKey => "unknown_key",
            Trouble::TheirSignature => "their_signature",
            Trouble::Failing => "failing",
            Trouble::NotTheProvider => "not_the_provider",
        }
    }
}
