//! Dots in rows: cutting a picture into bands, and keeping real-time commands from appearing inside it.

use crate::op::Refused;

/// A picture of black and white dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    bytes_per_row: u16,
    data: Vec<u8>,
}

impl Bitmap {
    /// Rows of `bytes_per_row` bytes; the highest bit is the leftmost dot, 1 is black.
    pub fn new(bytes_per_row: u16, data: Vec<u8>) -> Result<Bitmap, Refused> {
        if bytes_per_row == 0 || data.is_empty() {
            return Err(Refused::RasterMustNotBeEmpty);
        }
        if !data.len().is_multiple_of(usize::from(bytes_per_row)) {
            return Err(Refused::RasterRowsMustBeWhole);
        }
        Ok(Bitmap { bytes_per_row, data })
    }

    /// Bands of at most `rows` rows each, safe to send: none contains the start of a real-time command.
    ///
    /// Small bands keep the printer's receive buffer free for status questions.
    pub fn bands(&self, rows: u8) -> Vec<Raster> {
        let band_bytes = usize::from(rows.max(1)) * usize::from(self.bytes_per_row);
        let band = |bytes: &[u8]| Raster {
            bytes_per_row: self.bytes_per_row,
            rows: (bytes.len() / usize::from(self.bytes_per_row)) as u16,
            data: without_real_time_pairs(bytes),
        };
        self.data.chunks(band_bytes).map(band).collect()
    }
}

/// One band of dots as the raster command carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    bytes_per_row: u16,
    rows: u16,
    data: Vec<u8>,
}

impl Raster {
    /// A band exactly as it came over the wire.
    pub(crate) fn received(bytes_per_row: u16, rows: u16, data: Vec<u8>) -> Raster {
        assert_eq!(data.len(), usize::from(bytes_per_row) * usize::from(rows), "a band holds whole rows");
        Raster { bytes_per_row, rows, data }
    }

    /// Bytes in each row, eight dots each.
    pub fn bytes_per_row(&self) -> u16 {
        self.bytes_per_row
    }

    /// Rows of dots.
    pub fn rows(&self) -> u16 {
        self.rows
    }

    /// All rows, top to bottom.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether the dot is black; dots outside the band are white.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        let per_row = usize::from(self.bytes_per_row);
        x / 8 < per_row
            && self.data.get(y * per_row + x / 8).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }
}

/// Whether these bytes contain `10 04`, `10 05` or `10 14`, the starts of the real-time commands.
pub fn has_real_time_pair(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| starts_real_time(pair[0], pair[1]))
}

/// Older firmware obeys real-time commands even inside image data: it would answer a question nobody asked, or open
/// the drawer. One white dot beside a black one is blackened, which the eye does not see and which breaks the pair:
/// 04, 05 and 14 become 06, 07 and 16, none of which starts or continues a pair.
fn without_real_time_pairs(bytes: &[u8]) -> Vec<u8> {
    let mut safe = bytes.to_vec();
    for at in 1..safe.len() {
        if starts_real_time(safe[at - 1], safe[at]) {
            safe[at] |= 0x02;
        }
    }
    safe
}

fn starts_real_time(first: u8, second: u8) -> bool {
    first == 0x10 && matches!(second, 0x04 | 0x05 | 0x14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes_that_are_not_pictures_are_refused() {
        assert_eq!(Bitmap::new(0, vec![1]), Err(Refused::RasterMustNotBeEmpty));
        assert_eq!(Bitmap::new(3, vec![]), Err(Refused::RasterMustNotBeEmpty));
        assert_eq!(Bitmap::new(3, vec![0; 4]), Err(Refused::RasterRowsMustBeWhole));
    }

    #[test]
    fn a_drawer_command_drawn_as_dots_is_broken_by_one_dot() {
        let band = &Bitmap::new(5, vec![0x10, 0x14, 0x01, 0x00, 0x01]).expect("a picture").bands(24)[0];
        assert_eq!(band.data(), [0x10, 0x16, 0x01, 0x00, 0x01]);
    }

    proptest! {
        #[test]
        fn no_band_contains_a_real_time_command_and_dots_are_only_added_beside_dots(
            per_row in 1u16..6,
            rows in 1u8..9,
            raw in proptest::collection::vec(prop_oneof![Just(0x10u8), Just(4), Just(5), Just(0x14), any::<u8>()], 6..200),
        ) {
            let whole = raw.len() / usize::from(per_row) * usize::from(per_row);
            let bitmap = Bitmap::new(per_row, raw[..whole].to_vec()).expect("a picture");
            let bands = bitmap.bands(rows);
            let joined: Vec<u8> = bands.iter().flat_map(|band| band.data().to_vec()).collect();
            prop_assert!(bands.iter().all(|band| !has_real_time_pair(band.data())));
            prop_assert_eq!(joined.len(), whole);
            for (before, after) in raw.iter().zip(&joined) {
                prop_assert!(*after == *before || (*after == *before | 2 && before & 4 != 0));
            }
        }
    }
}
