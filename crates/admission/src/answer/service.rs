//! Keeps answers, and finds for each item of a catalogue the one that serves it.

use std::collections::HashMap;

use naru_core::{Action, OrganisationId, OrganisationKind, RevisionId, Role};
use naru_rulebook::catalogue::{Catalogues, Relation};
use naru_storage::{AnswerRow, StorageError};
use serde_json::json;

use crate::document::{self, DocumentError};
use crate::{Denied, Office, Staff};

const BODY_MAX: usize = 20_000;
/// Revisions that one answer or remedy may name.
pub(crate) const REVISIONS_MAX: usize = 20;

/// Why an answer was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No such item in any catalogue.
    #[error("there is no item `{0}`")]
    UnknownItem(String),
    /// No such catalogue, or no organisation that the member may look at.
    #[error("there is no such catalogue or organisation")]
    Unknown,
    /// It says nothing, or too much.
    #[error("an answer of 1 to {BODY_MAX} characters is needed")]
    Body,
    /// Too many documents.
    #[error("at most {REVISIONS_MAX} documents go with an answer")]
    TooMany,
    /// Somebody else changed it; what they wrote is given back, and nothing was overwritten.
    #[error("somebody else has changed this answer; put the two together and hand it in again")]
    Changed(Option<Box<AnswerRow>>),
    /// A document that cannot be attached.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// To which item.
    pub control_id: String,
    /// What it says.
    pub body: String,
    /// What proves it: revisions of the organisation's own documents that have not expired.
    pub revisions: Vec<RevisionId>,
    /// The version that was looked at; 0 where there was none.
    pub version_seen: i64,
}

/// How an item is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// By an answer of its own.
    Own(AnswerRow),
    /// By the answer to an item that asks for as much or more.
    Through {
        /// The answer; its `control_id` says to which item.
        answer: AnswerRow,
        /// How the answered item relates to this one.
        relation: Relation,
    },
    /// Not at all.
    Nothing,
}

impl Served {
    /// The answer, whichever item it was given to.
    pub const fn answer(&self) -> Option<&AnswerRow> {
        match self {
            Self::Own(answer) | Self::Through { answer, .. } => Some(answer),
            Self::Nothing => None,
        }
    }
}

/// An item of a catalogue and how it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemAnswer {
    /// The item.
    pub control_id: String,
    /// How it is answered.
    pub served: Served,
}

/// Keeps an answer of the member's organisation.
///
/// # Errors
/// [`AnswerError::Changed`] where somebody else was faster; theirs stands, and is given back.
pub async fn put(office: &Office, staff: &Staff, answer: &Answer) -> Result<AnswerRow, AnswerError> {
    if !staff.member.may(Role::Administrator) {
        staff.require(Role::SecurityOfficer, staff.organisation.kind)?;
    }
    if !matches!(
        staff.organisation.kind,
        OrganisationKind::Fintech | OrganisationKind::Institution | OrganisationKind::Operator
    ) {
        staff.require(Role::SecurityOfficer, OrganisationKind::Fintech)?;
    }
    let body = answer.body.trim();
    if !(1..=BODY_MAX).contains(&body.chars().count()) {
        return Err(AnswerError::Body);
    }
    if answer.revisions.len() > REVISIONS_MAX {
        return Err(AnswerError::TooMany);
    }
    if Catalogues::embedded().control(&answer.control_id).is_none() {
        let asked = answer.control_id.chars().take(60).collect();
        return Err(AnswerError::UnknownItem(asked));
    }
    let organisation_id = staff.organisation.id;
    let actor = staff.actor();
    let done = office.hub.storage().run("answer_put", &actor, async |tx| {
        document::check_attached(&tx, organisation_id, &answer.revisions).await?;
        let mut row = AnswerRow {
            organisation_id,
            control_id: answer.control_id.clone(),
            body: body.to_owned(),
            revisions: answer.revisions.clone(),
            changed_by: staff.member.id,
            changed_at: tx.now(),
            version: answer.version_seen,
        };
        let kept = match answer.version_seen {
            0 => tx.answer_insert(&row).await?,
            _ => tx.answer_update(&row).await?,
        };
        if !kept {
            let theirs = tx.answer_find(organisation_id, &answer.control_id).await?;
            return Err(AnswerError::Changed(theirs.map(Box::new)));
        }
        row.version += 1;
        let details = json!({ "control": &row.control_id, "version": row.version, "revisions": &row.revisions });
        tx.trail(Action::AnswerChanged, organisation_id, details).await?;
        Ok(row)
    });
    done.await
}

/// Every item of a catalogue, in its order, and how an organisation answers it.
pub async fn list(
    office: &Office,
    staff: &Staff,
    organisation: OrganisationId,
    catalogue: &str,
) -> Result<Vec<ItemAnswer>, AnswerError> {
    let catalogue = Catalogues::embedded().find(catalogue).ok_or(AnswerError::Unknown)?;
    let read = office.hub.storage().read("answer_list", async |tx| {
        if document::may_read(&tx, staff, organisation).await? {
            Ok(tx.answer_list(organisation).await?)
        } else {
            Err(AnswerError::Unknown)
        }
    });
    let answers = answered(read.await?);
    let items = catalogue.controls.iter().map(|control| ItemAnswer {
        control_id: control.id.clone(),
        served: served(&answers, &control.id),
    });
    Ok(items.collect())
}

/// Answers by their item.
pub(crate) fn answered(rows: Vec<AnswerRow>) -> HashMap<String, AnswerRow> {
    rows.into_iter().map(|row| (row.control_id.clone(), row)).collect()
}

/// How an item is answered: by its own answer, or else by the nearest that serves it.
pub(crate) fn served(answers: &HashMap<String, AnswerRow>, control_id: &str) -> Served {
    if let Some(own) = answers.get(control_id) {
        return Served::Own(own.clone());
    }
    let catalogues = Catalogues::embedded();
    let mut through: Vec<(usize, &AnswerRow, Relation)> = answers
        .values()
        .filter_map(|answer| {
            let serves = catalogues.answers_for(&answer.control_id)?.serves;
            let place = serves.iter().position(|link| link.control.id == control_id)?;
            Some((place, answer, serves.get(place)?.relation))
        })
        .collect();
    through.sort_by_key(|(place, answer, _)| (*place, answer.control_id.clone()));
    match through.into_iter().next() {
        Some((_, answer, relation)) => Served::Through {
            answer: answer.clone(),
            relation,
        },
        None => Served::Nothing,
    }
}
