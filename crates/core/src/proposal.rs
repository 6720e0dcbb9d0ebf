//! Four eyes: what one member proposes, another decides, over a digest of exactly what was proposed.

use crate::{MemberId, OrganisationId, ProposalId, Timestamp, words};

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalKind {
    /// To move an admission; the subject is the organisation, the event is in the state.
    Admission,
    /// To move an inspection where its process asks for four eyes; the subject is the inspection.
    Inspection,
    /// To close or withdraw a finding; the subject is the finding.
    Finding,
    /// To grant or refuse a subsidy; the subject is the subsidy.
    Subsidy,
    /// To settle a stuck transfer; the subject is the transfer.
    Transfer,
    /// To admit a client of production that its organisation registered; the subject is the client.
    Client,
}
words!(ProposalKind, "kind of proposal", {
    Admission = "admission",
    Inspection = "inspection",
    Finding = "finding",
    Subsidy = "subsidy",
    Transfer = "transfer",
    Client = "client",
});

/// How a proposal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was carried out.
    Approved,
    /// It was turned down.
    Rejected,
    /// What it rested on has changed; it was not carried out.
    Void,
}
words!(Decision, "decision", { Approved = "approved", Rejected = "rejected", Void = "void" });

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// Whom it concerns, where it concerns one.
    pub organisation_id: Option<OrganisationId>,
    /// What is proposed.
    pub kind: ProposalKind,
    /// The id of what would change.
    pub subject: String,
    /// The event that would happen to it.
    pub event: String,
    /// The state that was looked at, as canonical JSON: what the digest is of.
    pub state: String,
    /// SHA-256 of that state.
    pub state_sha256: [u8; 32],
    /// Why, in the proposer's words.
    pub reason: String,
    /// Who proposed it; the hub itself where nobody did.
    pub proposed_by: Option<MemberId>,
    /// When.
    pub proposed_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// How.
    pub decision: Option<Decision>,
    /// Why, in the decider's words.
    pub decision_reason: String,
    /// A first approval, where the hub proposed and two people must agree.
    pub seconded_by: Option<MemberId>,
}

/// What a member's approval does to an open proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// It is the first of the two that a proposal of the hub needs.
    Seconds,
    /// It decides.
    Decides,
    /// The member proposed it, or has approved it already: somebody else must.
    SameMember,
    /// It was decided before.
    Ended,
}

impl Proposal {
    /// What an approval by this member would do: two different people stand behind every decision.
    pub fn approval(&self, by: MemberId) -> Approval {
        if self.decision.is_some() {
            return Approval::Ended;
        }
        if self.proposed_by == Some(by) || self.seconded_by == Some(by) {
            return Approval::SameMember;
        }
        if self.proposed_by.is_none() && self.seconded_by.is_none() {
            return Approval::Seconds;
        }
        Approval::Decides
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chance;

    #[test]
    fn two_different_people_stand_behind_every_decision() {
        let (now, chance) = (Timestamp(1_790_000_000_000_000), Chance::seeded(1));
        let [one, two, three] = [(); 3].map(|()| MemberId::new(now, &chance));
        let mut proposal = Proposal {
            id: ProposalId::new(now, &chance),
            organisation_id: None,
            kind: ProposalKind::Admission,
            subject: String::new(),
            event: String::new(),
            state: "{}".to_owned(),
            state_sha256: [0; 32],
            reason: String::new(),
            proposed_by: Some(one),
            proposed_at: now,
            decided_by: None,
            decided_at: None,
            decision: None,
            decision_reason: String::new(),
            seconded_by: None,
        };
        assert_eq!(proposal.approval(one), Approval::SameMember);
        assert_eq!(proposal.approval(two), Approval::Decides);
        proposal.proposed_by = None;
        assert_eq!(proposal.approval(two), Approval::Seconds, "the hub is not a person");
        proposal.seconded_by = Some(two);
        assert_eq!(proposal.approval(two), Approval::SameMember);
        assert_eq!(proposal.approval(three), Approval::Decides);
        proposal.decision = Some(Decision::Void);
        assert_eq!(proposal.approval(three), Approval::Ended);
    }
}
