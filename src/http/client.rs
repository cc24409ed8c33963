//! Where a request comes from, through the reverse proxies that are trusted to say so.
//!
//! `X-Forwarded-For` is a list to which every proxy appends whom it was asked by, so it is worth
//! as much as its last writer: read from the right, an entry counts while the one who wrote it is
//! trusted. Whatever stands further left, and the whole header when the peer of the connection
//! is nobody's proxy, anybody may have made up.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use poem::{Addr, Request, RequestBody, Result, http::HeaderValue};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::App;

/// The address a request comes from; `None` when it did not come over the internet protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl<'a> ApiExtractor<'a> for ClientAddress {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::PoemExtractor];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let app = request
            .data::<App>()
            .expect("the service carries its state");
        Ok(Self::of(app, request))
    }
}

impl ClientAddress {
    pub fn of(app: &App, request: &Request) -> Self {
        let Addr::SocketAddr(peer) = &request.remote_addr().0 else {
            return Self(None);
        };
        let lines = request.headers().get_all("x-forwarded-for");
        let lines: Vec<&[u8]> = lines.iter().map(HeaderValue::as_bytes).collect();
        Self(Some(app.config.trusted_proxies.client(peer.ip(), &lines)))
    }
}

/// The networks of the reverse proxies in front of the service; none unless it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses and networks between commas: `127.0.0.1, 10.1.0.0/16, fd00::/8`.
    ///
    /// Refused with the entries that are wrong: no address, a network with bits beyond its length
    /// (probably an address was meant), everybody, or IPv4 in the clothes of IPv6.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let (networks, wrong): (Vec<_>, Vec<_>) = text
            .split(',')
            .map(|entry| parse_network(entry.trim()).ok_or_else(|| entry.trim().to_owned()))
            .partition(Result::is_ok);
        if wrong.is_empty() {
            Ok(Self(networks.into_iter().flatten().collect()))
        } else {
            Err(wrong.into_iter().filter_map(Result::err).collect())
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks: the first from the right that is no trusted proxy. `lines` are the values of
    /// `X-Forwarded-For` in their order. Where a trusted proxy wrote no address, it is itself as
    /// far as can be seen.
    pub(super) fn client(&self, peer: IpAddr, lines: &[&[u8]]) -> IpAddr {
        let mut client = peer.to_canonical();
        let entries = lines
            .iter()
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries {
            if !self.trusts(client) {
                break;
            }
            let Some(further) = address(entry) else {
                break;
            };
            client = further;
        }
        client
    }
}

/// An address or a network; `None` for what is none, and for what is probably a mistake: bits beyond
/// the length, everybody, IPv4 in the clothes of IPv6.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let network = text
        .parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .ok()?;
    let mapped = matches!(network, IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some());
    (network == network.trunc() && network.prefix_len() > 0 && !mapped).then_some(network)
}

/// One entry: an address, by some proxies with a port, an IPv6 address then in brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = || text.parse().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|both| both.ip());
    let address: Option<IpAddr> = bare().or_else(bracketed).or_else(with_port);
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client of a request from `peer` with these header lines, behind these proxies.
    fn client(proxies: &str, peer: &str, lines: &[&str]) -> String {
        let proxies = TrustedProxies::parse(proxies).unwrap();
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        proxies.client(peer.parse().unwrap(), &lines).to_string()
    }

    #[test]
    fn a_peer_that_is_no_proxy_is_the_client_whatever_it_claims() {
        let spoofed = ["198.51.100.7", "203.0.113.9, 127.0.0.1"];
        for header in spoofed {
            assert_eq!(client("127.0.0.1", "192.0.2.1", &[header]), "192.0.2.1");
        }
        let nobody = TrustedProxies::default();
        let peer = "127.0.0.1".parse().unwrap();
        assert_eq!(nobody.client(peer, &[b"198.51.100.7"]), peer);
    }

    #[test]
    fn behind_a_proxy_the_client_is_who_the_proxy_says_and_not_who_the_client_says() {
        let seen = client(
            "127.0.0.1",
            "127.0.0.1",
            &["198.51.100.7, 10.0.0.1, 192.0.2.1"],
        );
        assert_eq!(seen, "192.0.2.1");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn behind_several_proxies_the_client_is_the_first_from_the_right_that_is_none() {
        let chain = "127.0.0.1, 10.1.0.0/16";
        let lines = ["198.51.100.7, 192.0.2.1, 10.1.2.3, 10.1.9.9"];
        assert_eq!(client(chain, "127.0.0.1", &lines), "192.0.2.1");
        // In one line or in several, as some proxies write it.
        let lines = ["198.51.100.7", "192.0.2.1, 10.1.2.3", "10.1.9.9"];
        assert_eq!(client(chain, "127.0.0.1", &lines), "192.0.2.1");
        // An entry beyond one that is not trusted is never reached.
        let lines = ["10.1.2.3, 10.2.0.1, 10.1.9.9"];
        assert_eq!(client(chain, "127.0.0.1", &lines), "10.2.0.1");
        // Asked from within: the far end is the client, a proxy or not.
        assert_eq!(
            client(chain, "127.0.0.1", &["10.1.2.3, 10.1.9.9"]),
            "10.1.2.3"
        );
    }

    #[test]
    fn ipv6_is_read_in_every_form_it_is_written_in() {
        for entry in [
            "2001:db8::7",
            "2001:DB8:0::7",
            "[2001:db8::7]",
            "[2001:db8::7]:443",
        ] {
            assert_eq!(client("fd00::/8", "fd12::1", &[entry]), "2001:db8::7");
        }
        // A socket for both families shows IPv4 peers in the clothes of IPv6.
        let seen = client("10.0.0.0/8", "::ffff:10.0.0.1", &["::ffff:192.0.2.1"]);
        assert_eq!(seen, "192.0.2.1");
        assert_eq!(
            client("10.0.0.0/8", "10.0.0.1", &["192.0.2.1:5000"]),
            "192.0.2.1"
        );
    }

    #[test]
    fn where_a_proxy_wrote_no_address_nothing_to_the_left_counts() {
        for unreadable in [
            "unknown",
            "_hidden",
            "",
            " ",
            "192.0.2.1.9",
            "fe80::1%eth0",
            "[::1",
        ] {
            let line = format!("198.51.100.7, {unreadable}");
            let seen = client("10.0.0.0/8", "10.0.0.1", &[&line]);
            assert_eq!(seen, "10.0.0.1", "{unreadable}");
            let line = format!("198.51.100.7, {unreadable}, 10.0.0.2");
            let seen = client("10.0.0.0/8", "10.0.0.1", &[&line]);
            assert_eq!(seen, "10.0.0.2", "{unreadable}");
        }
    }

    #[test]
    fn what_a_client_sends_cannot_spoil_what_the_proxy_appends() {
        let proxies = TrustedProxies::parse("10.0.0.1").unwrap();
        let peer = "10.0.0.1".parse().unwrap();
        let lines: [&[u8]; 1] = [b"\xff\xfe,,;unknown\t, 192.0.2.1"];
        assert_eq!(proxies.client(peer, &lines).to_string(), "192.0.2.1");
    }

    #[test]
    fn networks_that_are_probably_mistakes_are_refused_by_name() {
        let parse = TrustedProxies::parse;
        assert_eq!(
            parse("127.0.0.1,10.0.0.1/8 , localhost,,0.0.0.0/0,::/0, ::ffff:10.0.0.0/104"),
            Err([
                "10.0.0.1/8",
                "localhost",
                "",
                "0.0.0.0/0",
                "::/0",
                "::ffff:10.0.0.0/104"
            ]
            .map(str::to_owned)
            .to_vec())
        );
        assert!(parse("127.0.0.1, 10.0.0.0/8,::1,fd00::/8").is_ok());
    }
}
