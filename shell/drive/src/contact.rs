//! How things stand between us and a provider, by what the last exchange showed: a name, a sentence, a next step.

use crate::wire::{NoReply, Step};
use base::{Text, Timestamp};
use payment::Lost;
use provider_contract::Trouble;

/// What one exchange showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Contact {
    /// Nothing was asked yet.
    #[default]
    Unknown,
    /// It answers, and accepts our signature and numbers.
    Answering,
    /// The provider's name leads to no address: why.
    NoAddress(String),
    /// No connection can be made: why.
    NoConnection(String),
    /// Nobody we may trust is at the other end of the connection: why.
    NoTrust(String),
    /// The request went out and no whole answer came back.
    Silent,
    /// An answer came that shows something to be wrong.
    Troubled(Trouble),
}

impl Contact {
    /// Its short name: stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Contact::Unknown => "unknown",
            Contact::Answering => "answering",
            Contact::NoAddress(_) => "no_address",
            Contact::NoConnection(_) => "no_connection",
            Contact::NoTrust(_) => "no_trust",
            Contact::Silent => "silent",
            Contact::Troubled(trouble) => trouble.code(),
        }
    }

    /// Whether nothing is wrong as far as is known.
    pub fn is_good(&self) -> bool {
        matches!(self, Contact::Unknown | Contact::Answering)
    }

    /// The same without the words of the system, which name addresses.
    pub fn without_details(&self) -> Contact {
        match self {
            Contact::NoAddress(_) => Contact::NoAddress(String::new()),
            Contact::NoConnection(_) => Contact::NoConnection(String::new()),
            Contact::NoTrust(_) => Contact::NoTrust(String::new()),
            other => other.clone(),
        }
    }

    /// What it is, in a sentence.
    pub fn found(&self) -> Text {
        match self {
            Contact::Unknown => {
                Text::new("启动后还没有询问过它", "It was not asked anything since the start.")
            }
            Contact::Answering => Text::new(
                "有应答，签名与商户信息都被接受",
                "It answers, and accepts our signature and numbers.",
            ),
            Contact::NoAddress(why) => because("它的域名解析不到地址", "Its name leads to no address", why),
            Contact::NoConnection(why) => because("连接不上它", "No connection can be made", why),
            Contact::NoTrust(why) => because("与它的加密连接建立不了", "No safe connection can be made", why),
            Contact::Silent => Text::new(
                "请求发出了，没有收到完整的应答",
                "The request went out and no whole answer came back.",
            ),
            Contact::Troubled(trouble) => troubled(*trouble),
        }
    }

    /// What to do; empty if nothing needs to be done.
    pub fn next_step(&self) -> Text {
        match self {
            Contact::Unknown | Contact::Answering => Text::new("", ""),
            Contact::NoAddress(_) => Text::new(
                "请检查本机的 DNS 设置和配置里的接口地址；其他收款方式不受影响",
                "Check this machine's name service and the address in the configuration; other ways to pay work.",
            ),
            Contact::NoConnection(_) => Text::new(
                "请检查本机网络、防火墙和配置里的接口地址；期间请用现金或其他收款方式",
                "Check this machine's network, its firewall and the address in the configuration; meanwhile take cash or another way to pay.",
            ),
            Contact::NoTrust(_) => Text::new(
                "请更新系统的根证书（ca-certificates），并确认没有代理在中间拦截",
                "Update the system's trusted certificates (ca-certificates), and make sure that no proxy stands in between.",
            ),
            Contact::Silent => Text::new(
                "多半是网络不稳或服务商繁忙；已发出的收款会自动查询到底",
                "Most likely the network or the provider is slow; payments under way are inquired about until they are definite.",
            ),
            Contact::Troubled(trouble) => next_of(*trouble),
        }
    }
}

fn because(zh: &str, en: &str, why: &str) -> Text {
    match why {
        "" => Text::new(zh, format!("{en}.")),
        why => Text::new(format!("{zh}：{why}"), format!("{en}: {why}.")),
    }
}

fn troubled(trouble: Trouble) -> Text {
    match trouble {
        Trouble::OurSignature => Text::new(
            "不接受我们的签名：私钥不对",
            "It refuses our signature: the private key is not the one it knows.",
        ),
        Trouble::OurNumber => Text::new(
            "不认识我们的商户号、应用号或证书序列号",
            "It does not know our merchant, application or certificate number.",
        ),
        Trouble::Clock => Text::new(
            "本机时间与服务商相差太多",
            "This machine's clock and the provider's are too far apart.",
        ),
        Trouble::NotPermitted => {
            Text::new("认识我们，但没有开通这项权限", "It knows us and does not allow us to ask this.")
        }
        Trouble::UnknownKey => Text::new(
            "应答用了我们还没有的平台证书签名",
            "Its answer is signed by a key that we do not hold yet.",
        ),
        Trouble::TheirSignature => {
            Text::new("应答的签名不对或缺失", "Its answer is not signed, or signed wrongly.")
        }
        Trouble::Failing => {
            Text::new("服务商自身出错或在维护", "It fails inside, or is closed for maintenance.")
        }
        Trouble::NotTheProvider => {
            Text::new("应答的不是服务商", "Whoever answers there is not the provider.")
        }
    }
}

fn next_of(trouble: Trouble) -> Text {
    match trouble {
        Trouble::OurSignature => Text::new(
            "请核对封存的商户私钥与服务商后台登记的是否为同一把",
            "Compare the sealed private key with the one registered on the provider's platform.",
        ),
        Trouble::OurNumber => Text::new(
            "请对照服务商后台核对配置里的商户号、应用号和证书序列号",
            "Compare the numbers in the configuration with the provider's platform.",
        ),
        Trouble::Clock => Text::new(
            "请打开时间同步：timedatectl set-ntp true",
            "Switch on time synchronization: timedatectl set-ntp true",
        ),
        Trouble::NotPermitted => {
            Text::new("请在服务商后台开通该产品", "Have this product opened on the provider's platform.")
        }
        Trouble::UnknownKey => Text::new(
            "正在自动更新证书；若一直如此，请核对 APIv3 密钥或公钥 ID",
            "Its keys are being renewed; if it stays so, check the key that opens them, or the public key's id.",
        ),
        Trouble::TheirSignature => Text::new(
            "请核对配置的服务商公钥；应答在验签通过前不会被采信",
            "Check the provider's public key; its answers are not believed until their signature is right.",
        ),
        Trouble::Failing => Text::new(
            "请留意服务商的公告；未明的收款会自动查询到底",
            "Watch the provider's announcements; unclear payments are inquired about until they are definite.",
        ),
        Trouble::NotTheProvider => Text::new(
            "请检查配置里的接口地址，以及是否需要先登录上网（酒店、商场网络）",
            "Check the address in the configuration, and whether this network wants a sign-in page answered first.",
        ),
    }
}

impl From<&NoReply> for Contact {
    fn from(no_reply: &NoReply) -> Contact {
        match no_reply {
            NoReply::Lost(Lost::TimedOut | Lost::ConnectionBroke | Lost::WeStopped) => Contact::Silent,
            NoReply::NeverLeft { step: Step::Address, why } => Contact::NoAddress(why.clone()),
            NoReply::NeverLeft { step: Step::Connection, why } => Contact::NoConnection(why.clone()),
            NoReply::NeverLeft { step: Step::Trust, why } => Contact::NoTrust(why.clone()),
            NoReply::TooLong => Contact::Troubled(Trouble::NotTheProvider),
        }
    }
}

impl From<Option<Trouble>> for Contact {
    fn from(trouble: Option<Trouble>) -> Contact {
        trouble.map_or(Contact::Answering, Contact::Troubled)
    }
}

/// What the last exchange showed, and since when it has been so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What it showed.
    pub contact: Contact,
    /// When that was; nothing before the first.
    pub at: Option<Timestamp>,
    /// The first exchange in a row that showed the same.
    pub since: Option<Timestamp>,
}

impl Seen {
    pub(crate) fn now(&mut self, contact: Contact, at: Timestamp) {
        if self.contact.code() != contact.code() {
            self.since = Some(at);
        }
        self.contact = contact;
        self.at = Some(at);
    }
}
