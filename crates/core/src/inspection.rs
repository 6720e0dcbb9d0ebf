//! The words of inspections: which process one runs through, what an inspector says of an item, and how it ends.
//!
//! The states and events themselves are data (`inspection-process.yaml`); what is fixed here is what storage and pages
//! must agree on whatever that file says.

use crate::words;

/// The process an inspection runs through, by its id in `inspection-process.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionMachine {
    /// An agency inspects the organisation, by document and on site.
    Organisation,
    /// An agency tests a service on one platform.
    Service,
    /// The organisation inspects itself.
    OwnInspection,
}
words!(InspectionMachine, "machine of inspection", {
    Organisation = "org-inspection",
    Service = "app-inspection",
    OwnInspection = "self-inspection",
});

/// Which duty an inspection serves, whoever carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionKind {
    /// 이용기관 보안점검.
    Organisation,
    /// 핀테크서비스 취약점 점검.
    Service,
}
words!(InspectionKind, "kind of inspection", { Organisation = "ORG", Service = "APP" });

/// How an inspection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionOutcome {
    /// It has not.
    Pending,
    /// Every item was fulfilled and no finding was left.
    Passed,
    /// An item was not fulfilled, or a finding was left.
    Failed,
    /// The organisation took its application back.
    Withdrawn,
    /// What allowed a self-inspection was lost.
    Void,
}
words!(InspectionOutcome, "outcome of an inspection", {
    Pending = "pending",
    Passed = "passed",
    Failed = "failed",
    Withdrawn = "withdrawn",
    Void = "void",
});

/// What was judged of an item. The sources name no scale; OSCAL knows only the first and third (OSCAL issue 841).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Fulfilled.
    Satisfied,
    /// Fulfilled in part.
    Partially,
    /// Not fulfilled.
    NotSatisfied,
    /// Does not concern this organisation or service.
    NotApplicable,
}
words!(Verdict, "verdict", {
    Satisfied = "satisfied",
    Partially = "partially",
    NotSatisfied = "not_satisfied",
    NotApplicable = "not_applicable",
});

impl Verdict {
    /// Whether nothing is left to remedy.
    pub const fn is_fulfilled(self) -> bool {
        matches!(self, Self::Satisfied | Self::NotApplicable)
    }

    /// Whether the verdict says nothing without a reason.
    pub const fn needs_note(self) -> bool {
        !matches!(self, Self::Satisfied)
    }
}

/// How an item was looked at: the methods of an OSCAL observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionMethod {
    /// Documents and settings were read.
    Examine,
    /// People were asked.
    Interview,
    /// It was tried out.
    Test,
}
words!(InspectionMethod, "method of inspection", {
    Examine = "EXAMINE",
    Interview = "INTERVIEW",
    Test = "TEST",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_satisfied_or_does_not_apply_is_fulfilled_and_all_but_satisfied_says_why() {
        let table = [
            (Verdict::Satisfied, true, false),
            (Verdict::Partially, false, true),
            (Verdict::NotSatisfied, false, true),
            (Verdict::NotApplicable, true, true),
        ];
        assert_eq!(table.len(), Verdict::ALL.len());
        for (verdict, fulfilled, note) in table {
            assert_eq!(
                (verdict.is_fulfilled(), verdict.needs_note()),
                (fulfilled, note),
                "{verdict}"
            );
        }
    }

    #[test]
    fn words_are_read_back_and_others_refused() {
        for machine in InspectionMachine::ALL {
            assert_eq!(InspectionMachine::parse(machine.as_str()), Ok(*machine));
        }
        assert!(Verdict::parse("SATISFIED").is_err());
        assert!(InspectionOutcome::parse("").is_err());
    }
}
