//! Signals: what the hub can observe of an organisation itself, and the addresses it may look at.
//!
//! An outcome is only as good as it is fresh: what was not looked at in time is stale, and what could not be looked at
//! is an error. Neither ever stands for a pass, and neither wipes out a failure.

use crate::{EndpointId, OrganisationId, Timestamp, words};

/// What an address is registered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndpointKind {
    /// Where a service is offered to people.
    WebOrigin,
    /// Where the hub calls the organisation, with its client certificate.
    Callback,
    /// The privacy policy (개인정보 처리방침).
    PrivacyPolicy,
    /// The page for complaints (고충 처리).
    ComplaintPage,
}
words!(EndpointKind, "kind of endpoint", {
    WebOrigin = "web_origin",
    Callback = "callback",
    PrivacyPolicy = "privacy_policy",
    ComplaintPage = "complaint_page",
});

impl EndpointKind {
    /// What is looked at there.
    pub const fn signals(self) -> &'static [SignalKind] {
        use SignalKind::{CertExpiry, HttpHeaders, MtlsHandshake, PrivacyUrl, SupportUrl, TlsConfig};
        match self {
            Self::WebOrigin => &[TlsConfig, CertExpiry, HttpHeaders],
            Self::Callback => &[TlsConfig, CertExpiry, MtlsHandshake],
            Self::PrivacyPolicy => &[TlsConfig, CertExpiry, PrivacyUrl],
            Self::ComplaintPage => &[TlsConfig, CertExpiry, SupportUrl],
        }
    }
}

/// An address that an organisation agreed to have looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// As what.
    pub kind: EndpointKind,
    /// `https://…`, checked when it was registered.
    pub url: String,
    /// Who registered it.
    pub registered_by: crate::MemberId,
    /// When.
    pub registered_at: Timestamp,
    /// When it was taken back; it is not looked at from then on.
    pub removed_at: Option<Timestamp>,
}

/// A signal that the hub observes itself, under its id in the rule book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignalKind {
    /// TLS versions and cipher suites.
    TlsConfig,
    /// The presented certificate and its chain.
    CertExpiry,
    /// Whether the hub's client certificate is accepted, and none and a wrong one are not.
    MtlsHandshake,
    /// Security headers and cookies.
    HttpHeaders,
    /// The privacy policy.
    PrivacyUrl,
    /// The page for complaints.
    SupportUrl,
    /// Answered calls against the consents behind them.
    ConsentLedger,
    /// How long it took to cut leavers off.
    ScimLeaver,
    /// Members and clients that nobody uses, members without a strong sign-in.
    DormantCredential,
    /// The guarantee insurance and its cover.
    Insurance,
    /// The ISMS certificate, where one is claimed.
    IsmsCert,
}
words!(SignalKind, "signal", {
    TlsConfig = "sig-tls-config",
    CertExpiry = "sig-cert-expiry",
    MtlsHandshake = "sig-mtls-handshake",
    HttpHeaders = "sig-http-headers",
    PrivacyUrl = "sig-privacy-url",
    SupportUrl = "sig-support-url",
    ConsentLedger = "sig-consent-ledger",
    ScimLeaver = "sig-scim-leaver",
    DormantCredential = "sig-dormant-credential",
    Insurance = "sig-insurance",
    IsmsCert = "sig-isms-cert",
});

impl SignalKind {
    /// The signals that need no endpoint: the hub's own rows say them.
    pub const OF_ROWS: &'static [Self] = &[
        Self::ConsentLedger,
        Self::ScimLeaver,
        Self::DormantCredential,
        Self::Insurance,
        Self::IsmsCert,
    ];

    /// Whether an address is looked at.
    pub fn needs_endpoint(self) -> bool {
        !Self::OF_ROWS.contains(&self)
    }
}

/// How a signal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalOutcome {
    /// Seen, and as wanted.
    Pass,
    /// Seen, and not as wanted.
    Fail,
    /// Could not be looked at: says nothing about the organisation.
    Error,
    /// Not looked at yet, or nothing was there to look at.
    NotTested,
    /// The last good look is too long ago.
    Stale,
    /// Does not concern this organisation.
    NotApplicable,
}
words!(SignalOutcome, "outcome of a signal", {
    Pass = "pass",
    Fail = "fail",
    Error = "error",
    NotTested = "not_tested",
    Stale = "stale",
    NotApplicable = "not_applicable",
});

impl SignalOutcome {
    /// Where a signal stands after a look: an error takes a pass away, and nothing else.
    #[must_use]
    pub const fn after(self, seen: Self) -> Self {
        match (self, seen) {
            (Self::Fail | Self::Stale, Self::Error) => self,
            (_, seen) => seen,
        }
    }

    /// Whether a look said something, so that the outcome counts as fresh from then on.
    pub const fn is_fresh(self) -> bool {
        matches!(self, Self::Pass | Self::Fail | Self::NotTested | Self::NotApplicable)
    }

    /// Whether items that rest on it must be opened again.
    pub const fn reopens(self) -> bool {
        matches!(self, Self::Fail | Self::Stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_never_a_pass_and_never_wipes_out_a_failure() {
        use SignalOutcome::{Error, Fail, NotApplicable, NotTested, Pass, Stale};
        for before in [Pass, NotTested, NotApplicable, Error] {
            assert_eq!(before.after(Error), Error, "{before}");
        }
        assert_eq!(Fail.after(Error), Fail);
        assert_eq!(Stale.after(Error), Stale);
        for before in SignalOutcome::ALL {
            for seen in [Pass, Fail, NotTested, NotApplicable, Stale] {
                assert_eq!(before.after(seen), seen, "{before} {seen}");
            }
        }
        assert!(!Error.is_fresh() && !Stale.is_fresh() && !Error.reopens());
    }

    #[test]
    fn every_signal_has_its_source() {
        for kind in SignalKind::ALL {
            let looked_at = EndpointKind::ALL
                .iter()
                .any(|endpoint| endpoint.signals().contains(kind));
            assert_eq!(kind.needs_endpoint(), looked_at, "{kind}");
        }
    }
}
