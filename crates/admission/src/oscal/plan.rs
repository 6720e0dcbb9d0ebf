//! What is inspected when: the plan that the results follow.

use naru_oscal::{AssessmentPlan, ImportSsp, ReviewedControls, Task, TaskKind, Timing, Token};

use super::ExportError;
use super::names::{ROUND, at, own, uuid};
use super::system::{SYSTEM, head};
use crate::report::record::{Record, Round};
use crate::report::words;

/// The file of this part.
pub(super) const PLAN: &str = "assessment-plan.json";

/// What a round is called.
pub(super) fn round_title(record: &Record, round: &Round) -> String {
    let is_service = !record.case.inspection.platform.is_empty();
    format!("{}차 {}", round.number, words::round(&round.opened_by, is_service).0)
}

/// The plan of an inspection: every item of the profile, one task for each round.
pub(super) fn plan(record: &Record) -> Result<AssessmentPlan, ExportError> {
    let id = record.case.inspection.id.to_string();
    let scope: Result<Vec<Token>, _> = record.items.iter().map(|control| Token::try_new(&control.id)).collect();
    let title = format!(
        "{} {} 계획",
        record.organisation.name,
        words::kind(record.case.inspection.kind).0
    );
    let mut plan = AssessmentPlan::new(
        uuid("plan", &id),
        head(record, &title)?,
        ImportSsp::new(SYSTEM),
        ReviewedControls::controls(scope?),
    );
    for round in record.rounds() {
        let key = format!("{id}/{}", round.number);
        let mut task = Task::new(uuid("task", &key), TaskKind::Action, round_title(record, &round));
        task.props = vec![own(ROUND, &round.number.to_string())];
        let began = at(round.began_at)?;
        task.timing = Some(match round.judged_at {
            Some(judged) => Timing::within(began, at(judged)?),
            None => Timing::on(began),
        });
        plan.tasks.push(task);
    }
    Ok(plan)
}
