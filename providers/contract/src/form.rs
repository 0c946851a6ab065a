//! `application/x-www-form-urlencoded`, read strictly: what is signed must have one reading.

use std::collections::BTreeMap;

/// Fields by name. Their order is that of their bytes, in which several providers sign them.
pub type Fields = BTreeMap<String, String>;

/// Why a text is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadForm {
    /// A percent sign without two hex digits, or bytes that are not UTF-8.
    NotEncoded,
    /// One name twice with different values: which of them was signed?
    NameTwice,
}

/// Writes a form.
pub fn encode_form<'a>(fields: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        encode_into(&mut form, name);
        form.push('=');
        encode_into(&mut form, value);
    }
    form
}

fn encode_into(form: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            form.push('%');
            form.push(char::from(HEX[usize::from(byte >> 4)]));
            form.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// Adds the fields of a form or a query to `fields`.
pub fn decode_form(form: &str, fields: &mut Fields) -> Result<(), BadForm> {
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        match fields.get(&name) {
            Some(known) if *known != value => return Err(BadForm::NameTwice),
            Some(_) => {}
            None => {
                fields.insert(name, value);
            }
        }
    }
    Ok(())
}

fn decode(text: &str) -> Result<String, BadForm> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) = rest.split_at_checked(2).ok_or(BadForm::NotEncoded)?;
                bytes.push(hex_digit(digits[0])? << 4 | hex_digit(digits[1])?);
                rest = after;
            }
            plain => bytes.push(plain),
        }
    }
    String::from_utf8(bytes).map_err(|_| BadForm::NotEncoded)
}

fn hex_digit(digit: u8) -> Result<u8, BadForm> {
    char::from(digit).to_digit(16).map(|value| value as u8).ok_or(BadForm::NotEncoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_back_and_one_that_cannot_be_trusted_is_refused() {
        let fields = Fields::from([("a".to_owned(), "中 &=+%".to_owned()), ("b".to_owned(), String::new())]);
        let mut back = Fields::new();
        assert_eq!(decode_form(&encode_form(&fields), &mut back), Ok(()));
        assert_eq!(back, fields);
        let read = |form: &str| decode_form(form, &mut Fields::new());
        assert_eq!(read("a=1&&b=%E4%B8%AD+x&a=1"), Ok(()));
        for form in ["a=%", "a=%4", "a=%zz", "a=%FF"] {
            assert_eq!(read(form), Err(BadForm::NotEncoded), "{form}");
        }
        assert_eq!(read("a=1&a=2"), Err(BadForm::NameTwice));
    }
}
