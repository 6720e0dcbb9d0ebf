//! Which protocol versions and cipher suites a server takes, against a fixed profile.
//!
//! Per version every suite is offered; the one that is taken is left out of the next offer, until nothing is taken.
//! Silence is not a refusal. A connection that merely ends is one only where the server took something else in the
//! same look.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;

use crate::dial;
use crate::fault::Fault;
use crate::hello::{Draws, client_hello};
use crate::look::Look;
use crate::observation::{Check, Findings, Observation, Outcome, Probe};
use crate::reply::{Reply, read_reply};
use crate::suites::{Version, is_in_profile, is_recommended, name_of, weaknesses};
use crate::target::Target;

/// Looks at versions and suites. The profile (BCP 195): TLS 1.2 or 1.3 is taken, everything older is refused, and
/// what is taken has ephemeral elliptic curves and authenticated encryption. `seed` is the chance of the hellos.
pub async fn tls(look: &Look<'_>, target: &Target, seed: [u8; 32]) -> Observation {
    look.take(Probe::TlsConfig, target, survey(look, target, seed)).await
}

/// Why the offers for a version ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    /// The server refused the rest, or nothing was left to offer.
    Refused(String),
    /// The server stopped in a way that may have other reasons.
    Unclear(String),
    /// It cannot be said.
    Unknown(String),
}

/// What one version came to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    version: Version,
    taken: Vec<String>,
    end: End,
}

impl Seen {
    fn is_taken(&self) -> bool {
        !self.taken.is_empty()
    }

    /// Whether everything that is taken is known.
    fn is_complete(&self) -> bool {
        matches!(self.end, End::Refused(_))
    }

    fn ended(&self) -> &str {
        match &self.end {
            End::Refused(why) | End::Unclear(why) | End::Unknown(why) => why,
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.is_taken(), self.is_complete()) {
            (true, _) => "taken",
            (false, true) => "refused",
            (false, false) => "unknown",
        }
    }
}

async fn survey(look: &Look<'_>, target: &Target, seed: [u8; 32]) -> Result<Findings, Fault> {
    let addresses = look.step(look.settings.reach.addresses(target)).await?;
    let (_, address) = dial::connect(look, &addresses).await?;
    let mut offers = Offers {
        look: *look,
        target,
        address,
        draws: Draws::new(seed),
        made: 0,
    };
    let mut all = Vec::new();
    for version in Version::ALL {
        all.push(offers.exhaust(*version).await);
    }
    settle(&mut all);
    let versions: Map<String, Value> = all
        .iter()
        .map(|seen| {
            let facts = json!({ "verdict": seen.verdict(), "ended": seen.ended(), "suites": seen.taken });
            (seen.version.as_str().to_owned(), facts)
        })
        .collect();
    let request = json!({ "url": target.to_string(), "address": address.ip().to_string(), "hellos": offers.made });
    Ok(Findings {
        checks: judge(&all),
        raw: json!({ "request": request, "versions": versions }),
    })
}

/// A server that took something answers; where it then ends a connection, it refuses.
fn settle(all: &mut [Seen]) {
    let answers = all.iter().any(Seen::is_taken);
    for seen in all {
        if let End::Unclear(why) = &seen.end {
            let why = why.clone();
            seen.end = if answers { End::Refused(why) } else { End::Unknown(why) };
        }
    }
}

struct Offers<'a> {
    look: Look<'a>,
    target: &'a Target,
    address: SocketAddr,
    draws: Draws,
    made: usize,
}

impl Offers<'_> {
    /// Offers the suites of a version until none is taken.
    async fn exhaust(&mut self, version: Version) -> Seen {
        let mut left: Vec<u16> = version.suites().iter().map(|(id, _)| *id).collect();
        let mut taken = Vec::new();
        let end = loop {
            if left.is_empty() {
                break End::Refused("every suite is taken".to_owned());
            }
            if self.made >= self.look.settings.hellos {
                break End::Unknown("the most connections of a look are made".to_owned());
            }
            match self.offer(version, &left).await {
                Err(fault) => break End::Unknown(fault.to_string()),
                Ok(Reply::Taken { version: other, .. }) if other != version.wire() => {
                    break End::Refused(format!("answered with version 0x{other:04x}"));
                }
                Ok(Reply::Taken { suite, .. }) if left.contains(&suite) => {
                    left.retain(|id| *id != suite);
                    taken.push(name_of(suite));
                }
                Ok(Reply::Taken { suite, .. }) => {
                    break End::Unknown(format!(
                        "answered with a suite that was not offered, {}",
                        name_of(suite)
                    ));
                }
                Ok(reply @ Reply::Alert(alert)) if reply.is_plain_refusal() => {
                    break End::Refused(format!("alert {alert}"));
                }
                Ok(Reply::Alert(alert)) => break End::Unclear(format!("alert {alert}")),
                Ok(Reply::Closed) => break End::Unclear("the connection ended".to_owned()),
                Ok(Reply::Other(why)) => break End::Unknown(why.to_owned()),
            }
        };
        Seen { version, taken, end }
    }

    async fn offer(&mut self, version: Version, suites: &[u16]) -> Result<Reply, Fault> {
        self.made += 1;
        if self.made > 1 {
            tokio::time::sleep(self.look.settings.pause).await;
        }
        let name = self.target.literal().is_none().then(|| self.target.host());
        let hello = client_hello(version, suites, name, &mut self.draws);
        let (mut stream, _) = dial::connect(&self.look, &[self.address]).await?;
        let most_bytes = self.look.settings.handshake_bytes;
        let heard = self.look.step(async {
            // A server may have ended the connection with an alert before it took everything.
            let _ = stream.write_all(&hello).await;
            Ok(read_reply(&mut stream, most_bytes).await)
        });
        heard.await
    }
}

fn judge(all: &[Seen]) -> Vec<Check> {
    let mut checks = vec![current_versions(all), old_versions(all), weak_suites(all)];
    let current = all
        .iter()
        .filter(|seen| !seen.version.is_old() && (seen.is_taken() || !seen.is_complete()));
    checks.extend(current.map(profile_suites));
    checks
}

fn verdicts(all: &[Seen], are_old: bool) -> String {
    let some = all.iter().filter(|seen| seen.version.is_old() == are_old);
    some.map(|seen| format!("{} {}", seen.version.as_str(), seen.verdict()))
        .collect::<Vec<_>>()
        .join(", ")
}

fn current_versions(all: &[Seen]) -> Check {
    let mut current = all.iter().filter(|seen| !seen.version.is_old());
    let outcome = if current.clone().any(Seen::is_taken) {
        Outcome::Pass
    } else if current.all(Seen::is_complete) {
        Outcome::Fail
    } else {
        Outcome::Error
    };
    Check::new(
        "current-versions",
        outcome,
        verdicts(all, false),
        "TLS 1.2 or 1.3 is taken",
    )
}

fn old_versions(all: &[Seen]) -> Check {
    let mut old = all.iter().filter(|seen| seen.version.is_old());
    let outcome = if old.clone().any(Seen::is_taken) {
        Outcome::Fail
    } else if old.all(Seen::is_complete) {
        Outcome::Pass
    } else {
        Outcome::Error
    };
    Check::new(
        "old-versions",
        outcome,
        verdicts(all, true),
        "SSL 3.0, TLS 1.0 and TLS 1.1 are refused",
    )
}

fn weak_suites(all: &[Seen]) -> Check {
    let mut weak: Vec<String> = Vec::new();
    for name in all.iter().flat_map(|seen| &seen.taken) {
        let kinds = weaknesses(name);
        let line = format!("{name} ({})", kinds.join(" "));
        if !kinds.is_empty() && !weak.contains(&line) {
            weak.push(line);
        }
    }
    let (outcome, seen) = if !weak.is_empty() {
        (Outcome::Fail, format!("{} taken: {}", weak.len(), weak.join(", ")))
    } else if !all.iter().all(Seen::is_complete) {
        (Outcome::Error, "not everything that is taken is known".to_owned())
    } else if all.iter().any(Seen::is_taken) {
        (Outcome::Pass, "none taken".to_owned())
    } else {
        (Outcome::NotTested, "nothing is taken".to_owned())
    };
    let wanted = "no RC4, DES, 3DES, NULL, EXPORT, anonymous, MD5, CBC with SHA-1, static RSA or static DH";
    Check::new("weak-suites", outcome, seen, wanted)
}

fn profile_suites(seen: &Seen) -> Check {
    let (name, wanted) = match seen.version {
        Version::Tls13 => (
            "tls13-suites",
            "authenticated encryption with a tag of 16 octets (RFC 9325 4.2)",
        ),
        _ => (
            "tls12-suites",
            "only ECDHE with authenticated encryption (RFC 9325 4.2)",
        ),
    };
    let outside: Vec<&str> = seen
        .taken
        .iter()
        .map(String::as_str)
        .filter(|name| !is_in_profile(name))
        .collect();
    if !outside.is_empty() {
        return Check::new(
            name,
            Outcome::Fail,
            format!("outside the profile: {}", outside.join(", ")),
            wanted,
        );
    }
    if !seen.is_complete() {
        return Check::new(
            name,
            Outcome::Error,
            format!("not all is known: {}", seen.ended()),
            wanted,
        );
    }
    let unnamed = seen.version == Version::Tls12 && seen.taken.iter().any(|name| !is_recommended(name));
    Check::new(name, Outcome::Pass, seen.taken.join(", "), wanted).warned(unnamed)
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
