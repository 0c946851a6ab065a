//! Values that must not be read over a shoulder, in a log or in an error.

use std::fmt;

/// Holds a value that prints masked. Reading it is [`Secret::reveal`], which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value itself. Call it where the value leaves for the one place it is meant for.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

/// Keeps `first` and `last` characters and masks the middle. Fails closed: a text too short to hide at
/// least half of it is masked whole.
///
/// ```
/// assert_eq!(base::mask_middle("134567890123456789", 2, 2), "13••••••••••••••89");
/// assert_eq!(base::mask_middle("13456", 2, 2), "•••••");
/// ```
pub fn mask_middle(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let shown = if (first + last) * 2 > length { (0, 0) } else { (first, last) };
    text.chars()
        .enumerate()
        .map(|(i, c)| if i < shown.0 || i >= length - shown.1 { c } else { '•' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "•••• •••• Some(••••)");
    }
}
