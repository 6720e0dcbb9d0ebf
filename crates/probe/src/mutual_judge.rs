//! What the three answers of a callback mean. Each is read beside the others: a 404 to everybody is no refusal, and
//! a connection that ends is one only where the right certificate got through.

use rustls::AlertDescription;

use super::Answer;
use crate::observation::{Check, Outcome};

/// The three checks.
pub(super) fn judge(right: &Answer, none: &Answer, wrong: &Answer) -> Vec<Check> {
    let accepted = accepts(right, none);
    vec![
        Check::new(
            "right-certificate",
            accepted,
            right.to_string(),
            "the hub's certificate is accepted",
        ),
        Check::new(
            "no-certificate",
            refuses(none, right, accepted),
            none.to_string(),
            "no certificate is refused",
        ),
        Check::new(
            "wrong-certificate",
            refuses(wrong, right, accepted),
            wrong.to_string(),
            "a wrong one is refused",
        ),
    ]
}

/// Whether the right certificate got through.
fn accepts(right: &Answer, none: &Answer) -> Outcome {
    let gate_is_tls = matches!(none, Answer::Alert { .. } | Answer::Closed);
    match right {
        Answer::Unknown(_) | Answer::Closed | Answer::Http(500..) => Outcome::Error,
        Answer::Alert { alert, .. } if speaks_of_certificate(*alert) => Outcome::Fail,
        Answer::Alert { .. } => Outcome::Error,
        Answer::Http(_) if gate_is_tls => Outcome::Pass,
        Answer::Http(401 | 403 | 421 | 495 | 496) => Outcome::Fail,
        Answer::Http(400) if right == none => Outcome::Fail,
        Answer::Http(_) => Outcome::Pass,
    }
}

/// Whether another client was refused, seen beside the answer to the right one.
fn refuses(answer: &Answer, right: &Answer, accepted: Outcome) -> Outcome {
    match answer {
        Answer::Alert { alert, .. } if speaks_of_certificate(*alert) => Outcome::Pass,
        Answer::Alert { .. } | Answer::Closed if accepted == Outcome::Pass => Outcome::Pass,
        Answer::Alert { .. } | Answer::Closed | Answer::Unknown(_) | Answer::Http(500..) => Outcome::Error,
        Answer::Http(400..=499) if answer == right => Outcome::when(accepted == Outcome::Fail),
        Answer::Http(401 | 403 | 495 | 496) => Outcome::Pass,
        Answer::Http(400..=499) if accepted == Outcome::Error => Outcome::Error,
        Answer::Http(400..=499) => Outcome::Pass,
        Answer::Http(_) => Outcome::Fail,
    }
}

/// Alerts that speak of the client's certificate, or of no agreement as servers of TLS 1.2 say it (RFC 5246 7.2.2,
/// RFC 8446 6.2).
fn speaks_of_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::CertificateRequired
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    use Outcome::{Error, Fail, Pass};

    fn alert(alert: AlertDescription) -> Answer {
        Answer::Alert { alert, late: true }
    }

    fn outcomes(right: &Answer, none: &Answer, wrong: &Answer) -> [Outcome; 3] {
        let checks = judge(right, none, wrong);
        [checks[0].outcome, checks[1].outcome, checks[2].outcome]
    }

    #[test]
    fn the_three_answers_are_read_together() {
        let required = || alert(AlertDescription::CertificateRequired);
        let unknown_ca = || alert(AlertDescription::UnknownCA);
        let internal = || alert(AlertDescription::InternalError);
        let silent = || Answer::Unknown(Fault::TimedOut);
        let http = Answer::Http;
        let cases = [
            // As wanted: by TLS, by ending, by HTTP, each as the organisation's server does it.
            ([http(200), required(), unknown_ca()], [Pass, Pass, Pass]),
            ([http(401), required(), unknown_ca()], [Pass, Pass, Pass]),
            ([http(404), Answer::Closed, internal()], [Pass, Pass, Pass]),
            ([http(404), http(400), http(403)], [Pass, Pass, Pass]),
            ([http(405), http(404), http(404)], [Pass, Pass, Pass]),
            // Asks nobody: the same answer to all, also where that answer is a refusal of the path.
            ([http(200), http(200), http(200)], [Pass, Fail, Fail]),
            ([http(404), http(404), http(404)], [Pass, Fail, Fail]),
            // Wants a certificate and takes any.
            ([http(200), required(), http(200)], [Pass, Pass, Fail]),
            ([http(404), http(302), http(404)], [Pass, Fail, Fail]),
            // Refuses everybody.
            ([unknown_ca(), required(), unknown_ca()], [Fail, Pass, Pass]),
            ([http(403), http(403), http(403)], [Fail, Pass, Pass]),
            ([http(400), http(400), http(400)], [Fail, Pass, Pass]),
            // Nothing can be said.
            ([silent(), silent(), silent()], [Error, Error, Error]),
            ([Answer::Closed, Answer::Closed, Answer::Closed], [Error, Error, Error]),
            ([internal(), internal(), internal()], [Error, Error, Error]),
            ([http(503), http(503), http(503)], [Error, Error, Error]),
            ([http(503), http(404), http(403)], [Error, Error, Pass]),
            ([http(200), http(500), silent()], [Pass, Error, Error]),
        ];
        for ([right, none, wrong], wanted) in cases {
            assert_eq!(outcomes(&right, &none, &wrong), wanted, "{right} / {none} / {wrong}");
        }
    }
}
