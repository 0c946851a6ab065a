//! From where a request came: the peer, or what a proxy in front of us that is believed says about it.
//!
//! Anybody can write `X-Forwarded-For`, so an entry counts only if the hop that added it is trusted: read from the
//! right, the first address that is not one of our proxies is the caller's. What stands left of it is hearsay.

use crate::state::ApiState;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// An address, or all addresses that begin alike: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address such as 127.0.0.1 nor a network such as 10.0.0.0/8")
    }
}

impl std::error::Error for NotANetwork {}

impl FromStr for Network {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Network, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            // "+8" and " 8" are numbers to the parser, yet nobody means them.
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| NotANetwork)?
            }
            Some(_) => return Err(NotANetwork),
            None => whole,
        };
        if prefix > whole { Err(NotANetwork) } else { Ok(Network { address, prefix }) }
    }
}

impl Network {
    /// Whether this address is one of them. An IPv4 address is the same when it comes in IPv6 clothes.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let differing = u32::from(ours) ^ u32::from(theirs);
                differing.checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differing = u128::from(ours) ^ u128::from(theirs);
                differing.checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// From where a request came, as far as is known.
pub(crate) struct Address(pub(crate) String);

impl FromRequestParts<ApiState> for Address {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Address, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let trusted = &state.setup.config.trusted_proxies;
        let caller = peer.map(|peer| caller(peer, &parts.headers, trusted));
        Ok(Address(caller.map_or_else(String::new, |address| address.to_string())))
    }
}

/// The rightmost address that is not one of our proxies.
fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_ours = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut caller = peer.to_canonical();
    for hop in hops {
        if !is_ours(caller) {
            break;
        }
        // A hop that is no address cannot be counted: the proxy that passed it on answers for it.
        let Some(address) = address_of(hop.trim()) else { break };
        caller = address;
    }
    caller
}

/// Some proxies write the port too.
fn address_of(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|both| both.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_alike() {
        let check = |network: &str, address: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(address.parse().expect("an address"))
        };
        for (network, inside, outside) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("10.0.0.0/8", "10.255.3.4", "11.0.0.0"),
            ("192.168.1.77/24", "192.168.1.2", "192.168.2.1"),
            ("172.16.0.0/12", "172.31.255.255", "172.32.0.0"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::1", "::1", "::2"),
        ] {
            assert!(check(network, inside), "{inside} in {network}");
            assert!(!check(network, outside), "{outside} in {network}");
        }
        assert!(check("10.0.0.0/8", "::ffff:10.1.2.3"), "IPv4 as a socket for both families shows it");
        assert!(check("0.0.0.0/0", "8.8.8.8") && check("::/0", "2001:db8::1"));
        assert!(!check("0.0.0.0/0", "::1"), "one family is not the other");
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "::/129",
            "proxy.local",
            "10.0.0.0/+8",
            "1.2.3.4/8/8",
        ] {
            assert_eq!(wrong.parse::<Network>(), Err(NotANetwork), "{wrong}");
        }
    }

    #[test]
    fn only_what_a_trusted_hop_says_counts() {
        let check = |peer: &str, lines: &[&str], trusted: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().expect("a header value"));
            }
            let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().expect("a network")).collect();
            caller(peer.parse().expect("an address"), &headers, &trusted).to_string()
        };
        let proxies = ["127.0.0.1", "10.0.0.0/8"];
        // Nobody in between, or nobody whom we believe.
        assert_eq!(check("203.0.113.7", &[], &proxies), "203.0.113.7");
        assert_eq!(check("203.0.113.7", &["198.51.100.1"], &proxies), "203.0.113.7");
        assert_eq!(check("127.0.0.1", &["198.51.100.1"], &[]), "127.0.0.1");
        // One proxy; two; what the caller forged stands to the left.
        assert_eq!(check("127.0.0.1", &["198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(check("127.0.0.1", &["198.51.100.1, 10.2.3.4"], &proxies), "198.51.100.1");
        assert_eq!(check("127.0.0.1", &["8.8.8.8, 198.51.100.1, 10.2.3.4"], &proxies), "198.51.100.1");
        assert_eq!(check("127.0.0.1", &["10.9.9.9, 198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(check("127.0.0.1", &["8.8.8.8", "198.51.100.1"], &proxies), "198.51.100.1", "two lines");
        assert_eq!(check("::ffff:127.0.0.1", &["198.51.100.1:4711"], &proxies), "198.51.100.1");
        // Everybody is a proxy: the outermost one. No address at all: whoever passed it on.
        assert_eq!(check("127.0.0.1", &["10.1.1.1"], &proxies), "10.1.1.1");
        assert_eq!(check("127.0.0.1", &["unknown"], &proxies), "127.0.0.1");
        assert_eq!(check("127.0.0.1", &["198.51.100.1, garbage, 10.2.3.4"], &proxies), "10.2.3.4");
        assert_eq!(check("127.0.0.1", &[""], &proxies), "127.0.0.1");
    }
}
