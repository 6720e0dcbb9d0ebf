//! A hub with a fintech, an agency, an operator and their members, and a folder for documents that goes with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use naru_admission::document;
use naru_admission::finding::{self, FindingAct};
use naru_admission::inspection::{self, Act, Acted, InspectionError, Judgement, Opening};
use naru_admission::organisation::{SignUp, sign_up};
use naru_admission::{AdmissionSettings, Office, Staff};
use naru_core::{
    Action, Actor, Chance, Clock, Day, DocumentKind, FactId, FactKind, InspectionId, InspectionMethod, Member,
    MemberId, OrganisationKind, PersonLimits, Proposal, RevisionId, Role, Roles, SECOND, Timestamp, Verdict,
};
use naru_crypto::Keyring;
use naru_storage::{
    DatabaseSettings, FactRow, FindingRow, InspectionRow, MemberRow, RevisionRow, Storage, StorageError, Tx,
};
use naru_web::{Hub, HubSettings, Lives};
use serde_json::json;

use crate::paper::{PDF, upload, zip};

pub(crate) const ACTOR: Actor = Actor::Hub("test");

pub(crate) struct House {
    pub(crate) office: Office,
    hand: Arc<AtomicI64>,
    pub(crate) fintech: Staff,
    pub(crate) second: Staff,
    pub(crate) inspector: Staff,
    pub(crate) approver: Staff,
    pub(crate) desk: Staff,
    pub(crate) desk_two: Staff,
    folder: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::on("20261121", |_| {}).await
    }

    /// Noon of a day in Seoul, with settings of one's own.
    pub(crate) async fn on(day: &str, change: fn(&mut AdmissionSettings)) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact(&format!("{day}120000")).unwrap());
        let storage = Storage::open(&DatabaseSettings::Memory, Keyring::generate(), clock, Chance::seeded(7)).unwrap();
        storage.migrate().await.unwrap();
        let mut name = [0; 8];
        naru_crypto::fill_random(&mut name);
        let folder = std::env::temp_dir().join(format!("naru-documents-{}", naru_crypto::hex(&name)));
        let mut settings = AdmissionSettings {
            documents: folder.clone(),
            ..AdmissionSettings::default()
        };
        change(&mut settings);
        let office = Office {
            hub: Hub::start(storage, hub_settings()),
            settings: Arc::new(settings),
        };
        let officer = [Role::SecurityOfficer];
        let fintech = staff(&office, ("blue-pay", OrganisationKind::Fintech), &officer).await;
        let inspector = staff(&office, ("agency", OrganisationKind::Agency), &[Role::Inspector]).await;
        let desk = staff(&office, ("operator", OrganisationKind::Operator), &[Role::Desk]).await;
        Self {
            second: colleague(&office, &fintech, "second", &officer).await,
            approver: colleague(&office, &inspector, "approver", &[Role::Inspector, Role::Approver]).await,
            desk_two: colleague(&office, &desk, "desk-two", &[Role::Desk]).await,
            office,
            hand,
            fintech,
            inspector,
            desk,
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.hand.fetch_add(days * 86_400 * SECOND, Ordering::SeqCst);
    }

    pub(crate) fn today(&self) -> Day {
        self.office.hub.now().day()
    }

    /// What is read from the database.
    pub(crate) async fn get<T, F, U>(&self, work: F) -> T
    where
        F: FnOnce(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send,
    {
        self.office.hub.storage().read("test_get", work).await.unwrap()
    }

    /// A fact about the fintech from a day on.
    pub(crate) async fn fact(&self, kind: FactKind, value: &str, from: Day) -> FactId {
        let now = self.office.hub.now();
        let row = &FactRow {
            id: FactId::new(now, self.office.hub.storage().chance()),
            organisation_id: self.fintech.organisation.id,
            kind,
            value: value.to_owned(),
            valid_from: from,
            valid_to: None,
            evidence: "shown".to_owned(),
            recorded_by: "test".to_owned(),
            recorded_at: now,
            ended_at: None,
        };
        let put = self.office.hub.storage().run("fact_put", &ACTOR, async |tx| {
            tx.fact_insert(row).await?;
            tx.trail(Action::FactRecorded, row.id, json!({})).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
        row.id
    }

    /// Hands in a document of the fintech.
    pub(crate) async fn upload(&self, kind: DocumentKind) -> RevisionRow {
        let (name, bytes) = match kind {
            DocumentKind::Build | DocumentKind::BuildWithoutRootDetection => {
                ("app.apk", zip(&["AndroidManifest.xml", "classes.dex"]))
            }
            _ => ("문서.pdf", PDF.to_vec()),
        };
        let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(bytes))]);
        let received = document::receive(&self.office, &self.fintech, upload(kind, name), stream).await;
        received.unwrap()
    }

    pub(crate) async fn open(&self, opening: &Opening) -> InspectionRow {
        inspection::open(&self.office, &self.fintech, opening).await.unwrap()
    }

    pub(crate) async fn inspection(&self, id: InspectionId) -> InspectionRow {
        self.get(async |tx| tx.inspection_find(id).await)
            .await
            .expect("it was opened")
    }

    /// Takes a step as it stands now.
    pub(crate) async fn act(
        &self,
        staff: &Staff,
        (id, event): (InspectionId, &str),
        revisions: &[RevisionId],
    ) -> Result<Acted<InspectionRow>, InspectionError> {
        let version_seen = self.inspection(id).await.version;
        let act = Act {
            event,
            note: "확인했습니다",
            revisions,
            version_seen,
        };
        inspection::act(&self.office, staff, id, &act).await
    }

    /// Takes steps for which one person suffices.
    pub(crate) async fn steps(&self, id: InspectionId, steps: &[(&Staff, &str)]) {
        for (staff, event) in steps {
            match self.act(staff, (id, event), &[]).await {
                Ok(Acted::Moved(_)) => {}
                other => panic!("{event}: {other:?}"),
            }
        }
    }

    /// Proposes a step.
    pub(crate) async fn propose(&self, staff: &Staff, id: InspectionId, event: &str) -> Proposal {
        match self.act(staff, (id, event), &[]).await {
            Ok(Acted::Proposed(proposal)) => *proposal,
            other => panic!("{event}: {other:?}"),
        }
    }

    /// Proposes a step and has it approved.
    pub(crate) async fn signed(&self, id: InspectionId, event: &str) -> InspectionRow {
        let proposal = self.propose(&self.inspector, id, event).await;
        let done = inspection::approve(&self.office, &self.approver, proposal.id, proposal.state_sha256).await;
        done.unwrap()
    }

    /// From the opening to the signed contract.
    pub(crate) async fn contracted(&self, id: InspectionId, application: &[DocumentKind]) {
        let (org, agency) = (&self.fintech, &self.inspector);
        let preparation = [
            (org, "submit-drafts"),
            (agency, "return-for-completion"),
            (org, "resubmit"),
            (agency, "pre-review-done"),
        ];
        self.steps(id, &preparation).await;
        let mut revisions = Vec::new();
        for kind in application {
            revisions.push(self.upload(*kind).await.id);
        }
        let machine = inspection::machine(&self.office.settings, self.inspection(id).await.machine);
        let apply = machine.events_of("READY_TO_APPLY", naru_rulebook::Party::Org)[0];
        self.act(org, (id, apply), &revisions).await.unwrap();
        let contract = self.upload(DocumentKind::Contract).await.id;
        inspection::sign_contract(&self.office, org, id, contract)
            .await
            .unwrap();
        self.act(agency, (id, "accept-and-sign-contract"), &[contract])
            .await
            .unwrap();
        self.developed().await;
    }

    /// Judges an item as it stands now.
    pub(crate) async fn judge(&self, staff: &Staff, id: InspectionId, (control_id, verdict): (&str, Verdict)) {
        let inspection = self.inspection(id).await;
        let verdicts = self.get(async |tx| tx.verdict_list(id).await).await;
        let before = verdicts
            .iter()
            .find(|v| v.round == inspection.round && v.control_id == control_id);
        let judgement = Judgement {
            control_id,
            verdict,
            method: InspectionMethod::Examine,
            note: if verdict == Verdict::Satisfied { "" } else { "이유" },
            version_seen: before.map_or(0, |verdict| verdict.version),
        };
        inspection::judge(&self.office, staff, id, &judgement).await.unwrap();
    }

    /// Judges every item of the round satisfied but one, which gets a finding unless the organisation judges itself.
    pub(crate) async fn judge_all(&self, staff: &Staff, id: InspectionId, but: Option<&str>) -> Option<FindingRow> {
        let view = inspection::view(&self.office, staff, id).await.unwrap();
        for item in view.items.iter().filter(|item| item.in_round) {
            let verdict = if but == Some(item.control.id.as_str()) {
                Verdict::NotSatisfied
            } else {
                Verdict::Satisfied
            };
            self.judge(staff, id, (&item.control.id, verdict)).await;
        }
        let control = but.filter(|_| staff.organisation.kind == OrganisationKind::Agency)?;
        let written = finding::write(&self.office, staff, (id, control), "갖추어지지 않았습니다").await;
        Some(written.unwrap())
    }

    pub(crate) async fn finding(&self, of: &FindingRow) -> FindingRow {
        self.get(async |tx| tx.finding_find(of.id).await)
            .await
            .expect("it was written")
    }

    /// Takes a step of a finding as it stands now.
    pub(crate) async fn act_on(
        &self,
        staff: &Staff,
        (of, event): (&FindingRow, &str),
        revisions: &[RevisionId],
    ) -> Result<Acted<FindingRow>, InspectionError> {
        let act = FindingAct {
            event,
            note: "그렇게 되었습니다",
            revisions,
            version_seen: self.finding(of).await.version,
        };
        finding::act(&self.office, staff, of.id, &act).await
    }

    /// The organisation acknowledges a finding, unless it has, and hands in a remedy.
    pub(crate) async fn remedy(&self, of: &FindingRow) {
        if self.finding(of).await.state == "OPEN" {
            self.act_on(&self.fintech, (of, "acknowledge"), &[]).await.unwrap();
        }
        let evidence = self.upload(DocumentKind::Evidence).await.id;
        self.act_on(&self.fintech, (of, "submit-evidence"), &[evidence])
            .await
            .unwrap();
    }

    /// Two people of the agency close a finding; the inspector who wrote it proposes.
    pub(crate) async fn close(&self, of: &FindingRow) {
        let proposal = match self.act_on(&self.inspector, (of, "verify"), &[]).await {
            Ok(Acted::Proposed(proposal)) => proposal,
            other => panic!("{other:?}"),
        };
        let done = finding::approve(&self.office, &self.approver, proposal.id, proposal.state_sha256).await;
        assert_eq!(done.unwrap().state, "CLOSED");
    }
}

fn hub_settings() -> HubSettings {
    HubSettings {
        public_url: "https://hub.example:8443".to_owned(),
        mutual_tls_url: None,
        outbound: naru_web::OutboundSettings::default(),
        test_bed: true,
        hours: None,
        lives: Lives::default(),
        person_limits: PersonLimits::default(),
        page_size: 25,
        rates: naru_web::RateSettings::default(),
    }
}

/// An organisation with its first member.
pub(crate) async fn staff(office: &Office, (code, kind): (&str, OrganisationKind), roles: &[Role]) -> Staff {
    let asked = SignUp {
        code,
        name: code,
        kind,
        user_name: "first",
        display_name: "첫째",
        roles,
    };
    let signed_up = sign_up(office.hub.storage(), &ACTOR, (&asked, &office.settings)).await;
    let (organisation, mut member) = signed_up.unwrap();
    member.roles = Roles::of(roles);
    Staff { member, organisation }
}

/// Another member of an organisation.
pub(crate) async fn colleague(office: &Office, staff: &Staff, user_name: &str, roles: &[Role]) -> Staff {
    let now = office.hub.now();
    let row = &MemberRow {
        member: Member {
            id: MemberId::new(now, office.hub.storage().chance()),
            organisation_id: staff.organisation.id,
            user_name: user_name.to_owned(),
            display_name: user_name.to_owned(),
            roles: Roles::of(roles),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: json!({}),
        removed_at: None,
    };
    let added = office.hub.storage().run("member_add", &ACTOR, async |tx| {
        tx.member_insert(row).await?;
        tx.trail(Action::MemberAdded, row.member.id, json!({})).await
    });
    let added: Result<(), StorageError> = added.await;
    added.unwrap();
    Staff {
        member: row.member.clone(),
        organisation: staff.organisation.clone(),
    }
}
