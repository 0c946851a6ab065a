//! Which of its ways to sign the crypto library shall take on this processor.
//!
//! Wherever there are ADX instructions it computes RSA with them. AMD's processors that have AVX2 and not yet AVX-512
//! are a sixth faster with its AVX2 code (Zen 3: 0.70 ms instead of 0.83 ms of a core for RSA-2048), and signatures are
//! most of what a payment takes. The library reads from the environment which instructions it may use, before anything
//! else in the process runs; so the process begins once more, as the same process, with that in its environment.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Where the library looks; see OPENSSL_ia32cap(3).
const VARIABLE: &str = "OPENSSL_ia32cap";
/// All there are but ADX, which is bit 19 of the second group's first word.
const WITHOUT_ADX: &str = ":~0x80000";

/// To be called first. Whoever has set the variable has chosen already.
pub fn choose_how_to_sign() {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if std::env::var_os(VARIABLE).is_some() || !signs_faster_without_adx(&about) {
        return;
    }
    let Ok(this) = std::env::current_exe() else { return };
    let mut words = std::env::args_os();
    let called = words.next();
    let name = called.as_deref().unwrap_or(OsStr::new("paydesk"));
    // It comes back only if it fails, and then goes on as it is.
    let _ = Command::new(this).arg0(name).args(words).env(VARIABLE, WITHOUT_ADX).exec();
}

fn signs_faster_without_adx(cpuinfo: &str) -> bool {
    let value = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim())
    };
    let has = |flag: &str| value("flags").unwrap_or_default().split(' ').any(|known| known == flag);
    value("vendor_id") == Some("AuthenticAMD") && has("avx2") && has("adx") && !has("avx512ifma")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amd_with_avx2_and_without_avx512_is_asked_to_leave_adx_alone() {
        let check = |vendor: &str, flags: &str, expected: bool| {
            let about = format!(
                "processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu {flags} sse2\n\nprocessor\t: 1\nflags\t\t: fpu\n"
            );
            assert_eq!(signs_faster_without_adx(&about), expected, "{vendor} {flags}");
        };
        check("AuthenticAMD", "avx2 bmi2 adx", true);
        check("AuthenticAMD", "avx2 bmi2 adx avx512f avx512ifma", false);
        check("AuthenticAMD", "avx2 bmi2", false);
        check("AuthenticAMD", "adx", false);
        check("GenuineIntel", "avx2 bmi2 adx", false);
        assert!(!signs_faster_without_adx(""));
    }
}
