//! The wallets, and how the codes look that their customers show: one table, and what a configuration adds to it.
//!
//! No wallet promises its prefixes for ever. Where one is not sure, or rides on another's network, the shop's own
//! configuration decides (`[[wallet]]`), or the customer is asked.

use base::Text;
use payment::WalletRule;

/// A line of the table. How sure it is and where it is from are for readers; the documentation's table is made of them.
#[cfg_attr(not(test), expect(dead_code, reason = "the documentation's columns"))]
struct Known {
    /// Our short name of the wallet.
    wallet: &'static str,
    zh: &'static str,
    en: &'static str,
    /// First and last beginning of its codes: `10-15`.
    prefixes: &'static str,
    /// Fewest and most digits.
    digits: (usize, usize),
    sure: Sure,
    /// Where it is from.
    source: &'static str,
}

/// How sure a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// The provider's own documents, or several independent programs, say so.
    Verified,
    /// Told by one source, or the digits are: to be tried with a real code first.
    Reported,
}

const TABLE: &[Known] = &[
    Known {
        wallet: "wechat",
        zh: "微信支付",
        en: "WeChat Pay",
        prefixes: "10-15",
        digits: (18, 18),
        sure: Sure::Verified,
        source: "WeChat Pay's description of code payments, and the text of its own error",
    },
    Known {
        wallet: "alipay",
        zh: "支付宝",
        en: "Alipay",
        prefixes: "25-30",
        digits: (16, 24),
        sure: Sure::Verified,
        source: "the field auth_code of alipay.trade.pay",
    },
    Known {
        wallet: "unionpay",
        zh: "云闪付",
        en: "UnionPay",
        prefixes: "62",
        digits: (19, 19),
        sure: Sure::Verified,
        source: "several programs for tills; newer JD codes ride on this network too",
    },
    Known {
        wallet: "jd",
        zh: "京东支付",
        en: "JD Pay",
        prefixes: "18",
        digits: (18, 18),
        sure: Sure::Reported,
        source: "told, and found in no document",
    },
    Known {
        wallet: "ecny",
        zh: "数字人民币",
        en: "e-CNY",
        prefixes: "01",
        digits: (19, 19),
        sure: Sure::Reported,
        source: "an aggregator's kit for the beginning; the digits are told",
    },
    Known {
        wallet: "bestpay",
        zh: "翼支付",
        en: "Bestpay",
        prefixes: "51",
        digits: (18, 18),
        sure: Sure::Reported,
        source: "an aggregator's kit for the beginning; the digits are told",
    },
    Known {
        wallet: "suning",
        zh: "苏宁支付",
        en: "Suning Pay",
        prefixes: "83",
        digits: (18, 18),
        sure: Sure::Reported,
        source: "an aggregator's kit for the beginning; the digits are told",
    },
    Known {
        wallet: "qq",
        zh: "QQ钱包",
        en: "QQ Wallet",
        prefixes: "91",
        digits: (18, 18),
        sure: Sure::Reported,
        source: "told, and found in no document",
    },
];

/// The table.
pub fn known() -> Vec<api::Wallet> {
    TABLE.iter().map(Known::wallet).collect()
}

/// The table, and what a configuration adds: another look of a known wallet's codes, or another wallet.
pub fn with(added: &[api::Wallet]) -> Vec<api::Wallet> {
    known().into_iter().chain(added.iter().cloned()).collect()
}

/// The name for people of a wallet in the table.
pub fn label(wallet: &str) -> Option<Text> {
    TABLE.iter().find(|known| known.wallet == wallet).map(|known| Text::new(known.zh, known.en))
}

/// The table as the documentation shows it.
#[cfg(test)]
fn as_markdown() -> String {
    let line = |known: &Known| {
        let Known { wallet, zh, en, prefixes, digits: (shortest, longest), source, .. } = known;
        let digits = if shortest == longest { shortest.to_string() } else { format!("{shortest}-{longest}") };
        let sure = if known.sure == Sure::Verified { "verified" } else { "reported" };
        format!("| `{wallet}` | {zh} {en} | {prefixes} | {digits} | {sure} | {source} |\n")
    };
    let head = "| name | wallet | begins with | digits | how sure | source |\n|---|---|---|---|---|---|\n";
    TABLE.iter().fold(head.to_owned(), |text, known| text + &line(known))
}

impl Known {
    fn wallet(&self) -> api::Wallet {
        api::Wallet {
            rule: WalletRule {
                wallet: self.wallet.to_owned(),
                prefixes: WalletRule::prefixes(self.prefixes).expect("the table is well written"),
                shortest: self.digits.0,
                longest: self.digits.1,
                wins: false,
            },
            label: Text::new(self.zh, self.en),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payment::{PayerCode, Recognized, recognize};

    fn check(digits: &str, expected: &str) {
        let rules: Vec<WalletRule> = known().into_iter().map(|wallet| wallet.rule).collect();
        let code = PayerCode::parse(digits).expect("digits");
        let said = match recognize(&code, &rules, |_| true) {
            Recognized::As(wallet) => wallet.to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(said, expected, "{digits}");
    }

    #[test]
    fn codes_are_their_wallets() {
        check("101234567890123456", "wechat");
        check("154567890123456789", "wechat");
        check("251234567890123456", "alipay");
        check("3012345678901234", "alipay");
        check("6212345678901234567", "unionpay");
        check("181234567890123456", "jd");
        check("0112345678901234567", "ecny");
        check("164567890123456789", "Unknown");
        check("1012345678901234567", "WrongLength");
    }

    #[test]
    fn no_two_wallets_of_the_table_share_a_beginning() {
        let all = known();
        for one in &all {
            for two in all.iter().filter(|two| two.rule.wallet != one.rule.wallet) {
                assert!(
                    one.rule.prefixes.iter().all(|prefix| !two.rule.prefixes.contains(prefix)),
                    "{} {}",
                    one.rule.wallet,
                    two.rule.wallet
                );
            }
        }
    }

    #[test]
    fn the_documentation_has_this_very_table() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/routing.md");
        let page = std::fs::read_to_string(page).expect("the page is there");
        assert!(page.contains(&as_markdown()), "docs/routing.md should hold:\n{}", as_markdown());
    }
}
