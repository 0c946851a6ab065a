//! New ids: UUIDv7, so that ids made later sort later.

use base::Timestamp;

/// 128 fresh bits: the moment in milliseconds, then 74 random ones (RFC 9562, version 7).
pub fn fresh_id(now: Timestamp) -> u128 {
    v7(now, rand::random())
}

fn v7(now: Timestamp, random: u128) -> u128 {
    let millis = (now.as_micros() / 1_000).max(0) as u128 & 0xffff_ffff_ffff;
    let low = random & 0x0fff_3fff_ffff_ffff_ffff;
    (millis << 80) | (0x7 << 76) | (0b10 << 62) | low
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::PaymentId;

    #[test]
    fn an_id_tells_its_time_version_and_variant() {
        // RFC 9562, appendix A.6: the example of a version 7 UUID.
        let at = Timestamp::parse("2022-02-22T14:22:22-05:00").expect("a moment");
        let id = v7(at, 0xffff_ffff_ffff_fcc3_18c4_dc0c_0c07_398f);
        assert_eq!(PaymentId::from_u128(id).to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    #[test]
    fn ids_differ_and_sort_by_time() {
        let early = fresh_id(Timestamp::from_micros(1_000_000));
        let late = fresh_id(Timestamp::from_micros(2_000_000));
        assert!(early < late);
        assert_ne!(fresh_id(Timestamp::from_micros(0)), fresh_id(Timestamp::from_micros(0)));
    }
}
