//! What a bundle says of an inspection, in our words. What it leaves open is a reason against it, never a guess.

use std::collections::BTreeMap;

use naru_core::{InspectionMethod, Verdict};
use naru_oscal::{
    AssessmentMethod, AssessmentResults, Bundle, Document, Finding, FindingReason, FindingState, Risk, RiskStatus,
    RoundResult, SystemSecurityPlan,
};

use super::names::{CONTROL, NS, ROUND, STATE, VERDICT, said};

/// A verdict that a bundle tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToldVerdict {
    pub(super) control_id: String,
    pub(super) verdict: Verdict,
    pub(super) method: InspectionMethod,
    pub(super) note: String,
}

/// A finding that a bundle tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToldFinding {
    pub(super) control_id: String,
    pub(super) statement: String,
    pub(super) is_due: bool,
}

/// One round that a bundle tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ToldRound {
    /// Its number; none where the bundle gives none.
    pub(super) number: Option<i64>,
    pub(super) verdicts: Vec<ToldVerdict>,
    pub(super) findings: Vec<ToldFinding>,
}

/// A result that a bundle tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// The codes under which the inspected organisation is known.
    pub(super) organisations: Vec<String>,
    pub(super) rounds: Vec<ToldRound>,
    /// SHA-256 of the documents that it refers to, in hexadecimal digits, with their titles.
    pub(super) documents: BTreeMap<String, String>,
}

/// Reads a bundle that was checked.
///
/// # Errors
/// Every reason why it cannot be taken.
pub(super) fn told(bundle: &Bundle) -> Result<Told, Vec<String>> {
    let mut reasons = Vec::new();
    let results: Vec<&AssessmentResults> = bundle
        .documents()
        .filter_map(|(_, document)| match document {
            Document::AssessmentResults(results) => Some(&**results),
            _ => None,
        })
        .collect();
    let plans = bundle.documents().filter_map(|(_, document)| match document {
        Document::SystemSecurityPlan(plan) => Some(&**plan),
        _ => None,
    });
    let organisations: Vec<String> = plans.flat_map(codes).collect();
    if organisations.is_empty() {
        reasons.push(format!(
            "no system-security-plan names the organisation by a system-id of {NS}"
        ));
    }
    let [results] = results.as_slice() else {
        reasons.push(format!(
            "exactly one assessment-results is needed, here are {}",
            results.len()
        ));
        return Err(reasons);
    };
    let rounds: Vec<ToldRound> = results
        .results
        .iter()
        .map(|result| round(result, &mut reasons))
        .collect();
    if results.results.len() > 1 && rounds.iter().any(|round| round.number.is_none()) {
        reasons.push(format!("of several results each needs the property `{ROUND}` of {NS}"));
    }
    if reasons.is_empty() {
        let documents = documents(bundle);
        Ok(Told {
            organisations,
            rounds,
            documents,
        })
    } else {
        Err(reasons)
    }
}

fn codes(plan: &SystemSecurityPlan) -> Vec<String> {
    let ids = plan.system_characteristics.system_ids.iter();
    let ours = ids.filter(|id| id.identifier_type.as_deref() == Some(NS));
    ours.map(|id| id.id.clone()).collect()
}

fn round(result: &RoundResult, reasons: &mut Vec<String>) -> ToldRound {
    let number = said(&result.props, &ROUND);
    let mut told = ToldRound {
        number: number.and_then(|number| number.parse().ok()),
        ..ToldRound::default()
    };
    if number.is_some() && told.number.is_none() {
        reasons.push(format!("the property `{ROUND}` of a result is no number"));
    }
    for finding in &result.findings {
        match verdict(result, finding) {
            Ok(verdict) if told.verdicts.iter().any(|other| other.control_id == verdict.control_id) => {
                reasons.push(format!("{}: a second verdict in one result", verdict.control_id));
            }
            Ok(verdict) => told.verdicts.push(verdict),
            Err(reason) => reasons.push(reason),
        }
    }
    for risk in &result.risks {
        match finding(result, risk) {
            Ok(finding) => told.findings.push(finding),
            Err(reason) => reasons.push(reason),
        }
    }
    told
}

/// The item of a part such as `fsi-m-01-1_obj`.
fn item_of(part: &str) -> &str {
    part.strip_suffix("_obj")
        .or_else(|| part.strip_suffix("_smt"))
        .unwrap_or(part)
}

fn verdict(result: &RoundResult, finding: &Finding) -> Result<ToldVerdict, String> {
    let control_id = item_of(finding.target.target_id.as_str()).to_owned();
    let status = &finding.target.status;
    let own = said(&finding.target.props, &VERDICT);
    let verdict = match (own, status.state, status.reason) {
        (Some(word), state, _) => {
            let verdict = Verdict::parse(word).map_err(|_| format!("{control_id}: `{word}` is no verdict"))?;
            if verdict.is_fulfilled() != (state == FindingState::Satisfied) {
                return Err(format!(
                    "{control_id}: the verdict `{word}` and the state `{state}` contradict each other"
                ));
            }
            verdict
        }
        (None, FindingState::Satisfied, None | Some(FindingReason::Pass)) => Verdict::Satisfied,
        (None, FindingState::NotSatisfied, None | Some(FindingReason::Fail)) => Verdict::NotSatisfied,
        (None, state, Some(reason)) => {
            let sentence = format!("`{state}` with the reason `{reason}` needs the property `{VERDICT}` of {NS}");
            return Err(format!("{control_id}: {sentence}"));
        }
    };
    let note = finding
        .remarks
        .as_ref()
        .or((own.is_none()).then_some(&finding.description));
    Ok(ToldVerdict {
        method: method(result, finding)
            .ok_or_else(|| format!("{control_id}: no observation says whether it was examined, asked or tested"))?,
        note: note.cloned().unwrap_or_default(),
        control_id,
        verdict,
    })
}

fn method(result: &RoundResult, finding: &Finding) -> Option<InspectionMethod> {
    let related = finding
        .related_observations
        .iter()
        .map(|related| related.observation_uuid);
    let mut methods = related
        .filter_map(|uuid| result.observations.iter().find(|observation| observation.uuid == uuid))
        .flat_map(|observation| &observation.methods);
    methods.find_map(|method| match method {
        AssessmentMethod::Examine => Some(InspectionMethod::Examine),
        AssessmentMethod::Interview => Some(InspectionMethod::Interview),
        AssessmentMethod::Test => Some(InspectionMethod::Test),
        AssessmentMethod::Unknown => None,
    })
}

fn finding(result: &RoundResult, risk: &Risk) -> Result<ToldFinding, String> {
    let beside = |finding: &&Finding| {
        finding
            .related_risks
            .iter()
            .any(|related| related.risk_uuid == risk.uuid)
    };
    let named = said(&risk.props, &CONTROL).map(str::to_owned);
    let found = || {
        result
            .findings
            .iter()
            .find(beside)
            .map(|f| item_of(f.target.target_id.as_str()).to_owned())
    };
    let Some(control_id) = named.or_else(found) else {
        return Err(format!("the risk {} belongs to no item", risk.uuid));
    };
    if risk.status != RiskStatus::Open || said(&risk.props, &STATE).is_some_and(|state| state != "OPEN") {
        let status = risk.status;
        return Err(format!(
            "{control_id}: a risk in the state `{status}`; only open ones can be taken"
        ));
    }
    Ok(ToldFinding {
        control_id,
        statement: risk.statement.clone(),
        is_due: risk.deadline.is_some(),
    })
}

fn documents(bundle: &Bundle) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let matters = bundle.documents().filter_map(|(_, document)| document.back_matter());
    for resource in matters.flat_map(|matter| &matter.resources) {
        let hashes = resource.rlinks.iter().flat_map(|link| &link.hashes);
        for hash in hashes.filter(|hash| hash.algorithm == naru_oscal::HashAlgorithm::Sha256) {
            let title = resource.title.clone().unwrap_or_else(|| resource.uuid.to_string());
            found.insert(hash.value.to_ascii_lowercase(), title);
        }
    }
    found
}
