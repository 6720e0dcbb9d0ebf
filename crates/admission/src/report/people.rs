//! Who stands behind a report: the author and the approver of what was signed, by the names they are shown under.

use naru_core::{InspectionMachine, MemberId, Timestamp};
use naru_crypto::hex;

use super::record::{Record, Signatory, member_of};

/// Somebody's part in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Wrote the result down and proposed it.
    Author,
    /// Approved exactly that.
    Approver,
    /// Corrected a self-inspection that was sent back.
    Corrector,
    /// Took the self-inspection in for the operator.
    Receiver,
}

impl Part {
    /// In Korean and in English; in a self-inspection the organisation's own people sign.
    pub(super) const fn words(self, is_own: bool) -> (&'static str, &'static str) {
        match (self, is_own) {
            (Self::Author, false) => ("작성 (점검자)", "Author (inspector)"),
            (Self::Author, true) => ("작성 (보안 담당자)", "Author (security officer)"),
            (Self::Approver, false) => ("승인 (승인자)", "Approver"),
            (Self::Approver, true) => ("확인 (제2 책임자)", "Second person"),
            (Self::Corrector, _) => ("보정 (보안 담당자)", "Corrected by (security officer)"),
            (Self::Receiver, _) => ("접수 (운영기관)", "Accepted by (operator)"),
        }
    }
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedBy {
    pub(super) part: Part,
    /// The name and organisation; `None` where nobody of that id is known.
    pub(super) who: Option<Signatory>,
    pub(super) at: Timestamp,
    /// The digest they signed, in hexadecimal digits; empty where the process asks for none.
    pub(super) sha256: String,
}

/// Every signature of a result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Signed {
    pub(super) by: Vec<SignedBy>,
    /// Whether the inspected organisation's own people signed.
    pub(super) is_own: bool,
    /// The digest of what two people agreed on; empty where there was none.
    pub(super) sha256: String,
}

/// Collects the signatures of a result.
pub(super) fn signed(record: &Record) -> Signed {
    let find = |id: Option<MemberId>| id.and_then(|id| record.people.get(&id)).cloned();
    let is_own = record.case.inspection.machine == InspectionMachine::OwnInspection
        && record.case.inspection.state != "CONFIRMED";
    let mut signed = Signed {
        is_own,
        ..Signed::default()
    };
    let mut after = 0;
    if let Some((proposal, event)) = record.last_signature() {
        signed.sha256 = hex(&proposal.state_sha256);
        after = event.sequence;
        let parts = [
            (Part::Author, proposal.proposed_by, Some(proposal.proposed_at)),
            (Part::Approver, proposal.decided_by, proposal.decided_at),
        ];
        for (part, who, at) in parts {
            signed.by.push(SignedBy {
                part,
                who: find(who),
                at: at.unwrap_or(event.at),
                sha256: signed.sha256.clone(),
            });
        }
    }
    for event in record.case.events.iter().filter(|event| event.sequence > after) {
        let part = match event.event.as_str() {
            "correct-and-sign-off" => Part::Corrector,
            "accept" => Part::Receiver,
            _ => continue,
        };
        signed.by.push(SignedBy {
            part,
            who: find(member_of(&event.actor)),
            at: event.at,
            sha256: String::new(),
        });
    }
    signed
}
