//! Which addresses may be told: `https` on the public internet, and nothing inside a private network unless the
//! configuration says so. What a message could reach there (a database, the cloud's own services) was never meant to be
//! reached by whoever may register an address.

use base::Text;
use hyper::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address has at most so many characters.
const LENGTH_MAX: usize = 500;

/// Where messages may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    /// Also into private networks, there even without TLS.
    pub private: bool,
}

/// Why an address will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnAddress {
    /// It is no address at all.
    Malformed,
    /// It is longer than any address should be.
    TooLong,
    /// What is sent there could be read on the way.
    NotHttps,
    /// A name or password in it would end up in logs.
    HoldsAPassword,
    /// It is inside a private network.
    Private,
}

impl NotAnAddress {
    /// What is wrong and what to write.
    pub fn text(self) -> Text {
        match self {
            NotAnAddress::Malformed => {
                Text::new("这不是网址，请写成 https://…", "this is no address; write https://…")
            }
            NotAnAddress::TooLong => Text::new("网址最长 500 个字符", "500 characters are the most"),
            NotAnAddress::NotHttps => Text::new("网址要以 https:// 开头", "it must begin with https://"),
            NotAnAddress::HoldsAPassword => {
                Text::new("网址里不要写账号密码", "leave the name and the password out of it")
            }
            NotAnAddress::Private => Text::new(
                "这个地址在内网；要允许，请在配置里写 [webhooks] private_addresses = true",
                "it is inside a private network; to allow that, write [webhooks] private_addresses = true in the configuration",
            ),
        }
    }
}

/// Whether this address may be told. A name is only known to be public once it is looked up, at every connection.
pub fn check_address(url: &str, networks: Networks) -> Result<Uri, NotAnAddress> {
    if url.chars().count() > LENGTH_MAX {
        return Err(NotAnAddress::TooLong);
    }
    let uri: Uri = url.parse().map_err(|_| NotAnAddress::Malformed)?;
    let authority = uri.authority().ok_or(NotAnAddress::Malformed)?;
    if authority.as_str().contains('@') {
        return Err(NotAnAddress::HoldsAPassword);
    }
    let plain = match uri.scheme_str() {
        Some("https") => false,
        Some("http") if networks.private => true,
        Some("http") => return Err(NotAnAddress::NotHttps),
        _ => return Err(NotAnAddress::Malformed),
    };
    let host = authority.host();
    if host.is_empty() || url.contains('#') {
        return Err(NotAnAddress::Malformed);
    }
    match literal(host) {
        Some(ip) if !networks.allow(ip, plain) => Err(NotAnAddress::Private),
        None if !networks.private && is_local_name(host) => Err(NotAnAddress::Private),
        _ => Ok(uri),
    }
}

impl Networks {
    /// Whether a connection may go there; without TLS only inside a private network.
    pub(crate) fn allow(self, ip: IpAddr, plain: bool) -> bool {
        let ip = ip.to_canonical();
        match (is_public(ip), self.private) {
            (true, _) => !plain,
            (false, true) => is_private(ip),
            (false, false) => false,
        }
    }
}

/// The address that a host is, if it is one and not a name.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_local_name(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let local = ["localhost", "local", "internal", "lan", "home.arpa"];
    !name.contains('.') || local.iter().any(|end| name.ends_with(&format!(".{end}")))
}

/// Inside a network of one's own: what the configuration can allow. Link-local addresses are not among them, since
/// clouds keep their keys there.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || is_shared(v4),
        IpAddr::V6(v6) => v6.is_loopback() || (v6.segments()[0] & 0xfe00) == 0xfc00,
    }
}

/// On the internet, by IANA's registries of special-purpose addresses.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0
        || a >= 224
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || is_shared(ip)
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b & 0xfe) == 18))
}

/// Carriers' networks, 100.64.0.0/10.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && (b & 0xc0) == 64
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let global = (first & 0xe000) == 0x2000;
    let documentation = (first, second) == (0x2001, 0xdb8) || (first & 0xfff0) == 0x3ff0;
    // These carry another address inside, which nobody has looked at.
    let tunnel = first == 0x2002 || (first, second) == (0x2001, 0);
    global && !documentation && !tunnel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_told_unless_the_configuration_says_otherwise() {
        use NotAnAddress::{HoldsAPassword, Malformed, NotHttps, Private, TooLong};
        let long = format!("https://shop.example/{}", "a".repeat(500));
        for (url, usually, allowed) in [
            ("https://shop.example/hook?a=1", None, None),
            ("https://203.0.114.9:8443/", None, None),
            ("https://[2606:4700::1111]/", None, None),
            ("http://shop.example/hook", Some(NotHttps), None),
            ("http://203.0.114.9/", Some(NotHttps), Some(Private)),
            ("https://127.0.0.1/", Some(Private), None),
            ("http://10.1.2.3:9000/x", Some(NotHttps), None),
            ("https://10.1.2.3/", Some(Private), None),
            ("https://172.31.0.1/", Some(Private), None),
            ("https://192.168.1.1/", Some(Private), None),
            ("https://100.100.100.200/", Some(Private), None),
            ("https://169.254.169.254/latest", Some(Private), Some(Private)),
            ("https://0.0.0.0/", Some(Private), Some(Private)),
            ("https://224.0.0.1/", Some(Private), Some(Private)),
            ("https://198.51.100.1/", Some(Private), Some(Private)),
            ("https://[::1]/", Some(Private), None),
            ("https://[fd00::1]/", Some(Private), None),
            ("https://[fe80::1]/", Some(Private), Some(Private)),
            ("https://[::ffff:127.0.0.1]/", Some(Private), None),
            ("https://[64:ff9b::7f00:1]/", Some(Private), Some(Private)),
            ("https://[2002:7f00:1::]/", Some(Private), Some(Private)),
            ("https://localhost/", Some(Private), None),
            ("https://db.internal/", Some(Private), None),
            ("https://printer.LOCAL./", Some(Private), None),
            ("https://intranet/", Some(Private), None),
            ("https://me:secret@shop.example/", Some(HoldsAPassword), Some(HoldsAPassword)),
            ("https://shop.example/#top", Some(Malformed), Some(Malformed)),
            ("ftp://shop.example/", Some(Malformed), Some(Malformed)),
            ("shop.example", Some(Malformed), Some(Malformed)),
            ("https:///x", Some(Malformed), Some(Malformed)),
            ("https://shop .example/", Some(Malformed), Some(Malformed)),
            ("", Some(Malformed), Some(Malformed)),
            (&long, Some(TooLong), Some(TooLong)),
        ] {
            let check = |private| check_address(url, Networks { private }).err();
            assert_eq!((check(false), check(true)), (usually, allowed), "{url}");
        }
    }
}
