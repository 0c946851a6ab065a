//! Whose rows a query may see.

use base::MerchantId;

/// Only this merchant's. Made where a session or a key has proved for whom it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MerchantScope(pub MerchantId);

impl MerchantScope {
    /// As stored.
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }
}
