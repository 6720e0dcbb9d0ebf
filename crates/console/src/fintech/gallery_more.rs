//! The other half of the gallery: inspections, papers and people.

use super::{
    AlertWord, AttachView, ChoiceView, ClockView, DocumentKind, DocumentView, DocumentsView, EndpointKind,
    EndpointView, EndpointsView, EntryView, EventLine, FactKind, FactView, FileKind, FindingLine, Gallery, HistoryView,
    InspectionKind, InspectionMachine, InspectionMethod, InspectionOutcome, InspectionsView, InsuranceView, ItemLine,
    ObservationView, OneFindingView, OneInspectionView, OneItemView, OrganisationView, Platform, PolicyView,
    ProposalLine, RevisionView, Said, SignalKind, SignalOutcome, SignalView, SubsidiesView, SubsidyState, SubsidyView,
    Verdict, alerted, at, plain,
};
use crate::fintech::answers::samples as answers;
use naru_core::AdmissionState;

impl Gallery<'_> {
    fn choice(&self) -> ChoiceView {
        ChoiceView {
            id: plain("ins_1"),
            kind: InspectionKind::Service,
            machine: InspectionMachine::Service,
            platform: plain("web"),
            service: plain(self.name),
        }
    }

    fn finding(&self) -> FindingLine {
        FindingLine {
            id: plain("fin_1"),
            control: plain("fsi-m-01-1"),
            round: 1,
            state: plain("OPEN"),
            is: "broken",
            statement: plain(self.name),
            due_on: plain("2026-12-01"),
            is_overdue: true,
            is_of_hub: true,
        }
    }

    fn clock() -> ClockView {
        ClockView {
            started_at: at("20261101090000"),
            agency_hours: 200,
            organisation_hours: 90,
            running_for: Some("agency"),
            due_by: Some(at("20261201090000")),
            is_late: true,
            stretches: vec![("agency", 0, 600), ("organisation", 600, 300), ("nobody", 900, 100)],
        }
    }

    fn attachments(&self) -> Vec<AttachView> {
        vec![AttachView {
            id: plain("rev_1"),
            kind: DocumentKind::Evidence,
            title: plain(self.name),
            revision: 2,
            chosen: true,
        }]
    }

    fn revision(&self) -> RevisionView {
        RevisionView {
            id: plain("rev_1"),
            document: plain("doc_1"),
            kind: DocumentKind::Evidence,
            title: plain(self.name),
            revision: 2,
            sha256: "9f".repeat(32),
            kib: 1_234,
            file_name: plain(self.name),
            covers: (String::new(), String::new()),
            expires_on: plain("2026-01-01"),
            is_expired: true,
            uploaded_at: at("20260101090000"),
            owner: plain(self.name),
        }
    }

    fn event(&self, event: &str, to: &str) -> EventLine {
        EventLine {
            at: at("20261101090000"),
            event: plain(event),
            to: plain(to),
            note: plain(self.name),
        }
    }

    pub(super) fn inspections(&mut self) {
        let entry = EntryView {
            which: self.choice(),
            state: plain("TESTING"),
            since: at("20261101090000"),
            round: 2,
            outcome: InspectionOutcome::Pending,
            is: "unknown",
            valid_until: Some(at("20271101090000")),
            is_ours: true,
            findings: (2, 1),
            clock: Some(Self::clock()),
        };
        let view = |entries: Vec<EntryView>| InspectionsView {
            findings: entries.iter().map(|_| self.finding()).collect(),
            entries,
            agencies: vec![(plain("org_2"), plain(self.name))],
            platforms: Platform::ALL.to_vec(),
        };
        let (full, empty) = (view(vec![entry]), view(Vec::new()));
        self.add(("inspections", "/fintech/inspections"), &Said::default(), &full);
        let wrong = alerted("open", "service", AlertWord::Field, self.name);
        self.add(("inspections", "/fintech/inspections"), &wrong, &empty);
        let all = answers::all(self.language);
        self.add(("answers", "/fintech/answers"), &Said::default(), &all);
        let one = answers::one(self.name, self.language);
        let wrong = alerted("answer", "body", AlertWord::Changed, self.name);
        self.add(("answer", "/fintech/answers/x1149-3.1.1.1"), &wrong, &one);
        self.one_inspection();
        self.one_item();
        let finding = OneFindingView {
            finding: self.finding(),
            inspection: self.choice(),
            version: 1,
            events: vec![self.event("write", "OPEN")],
            evidence: vec![self.revision()],
            next: vec!["acknowledge", "object-with-reason", "submit-evidence"],
            documents: self.attachments(),
        };
        let wrong = alerted("object-with-reason", "note", AlertWord::Note, self.name);
        self.add(("finding", "/fintech/findings/fin_1"), &wrong, &finding);
    }

    fn one_inspection(&mut self) {
        let proposal = ProposalLine {
            id: plain("prp_1"),
            event: plain("second-person-sign-off"),
            reason: plain(self.name),
            digest: "ab".repeat(32),
            state: plain(self.name),
            at: at("20261101090000"),
            is_own: false,
        };
        let item = |served, is, verdict| ItemLine {
            id: plain("fsi-m-01-1"),
            title: "정보보호 정책",
            served,
            is,
            verdict,
            verdict_is: "broken",
            findings: 1,
            in_round: true,
        };
        let view = OneInspectionView {
            which: self.choice(),
            state: plain("APPLIED"),
            since: at("20261101090000"),
            round: 1,
            version: 3,
            outcome: InspectionOutcome::Passed,
            is: "holds",
            next: vec!["submit-drafts"],
            can_withdraw: true,
            can_sign: true,
            clock: Some(Self::clock()),
            items: vec![
                item("own", "holds", Some(Verdict::NotSatisfied)),
                item("through", "broken", None),
                item("nothing", "idle", None),
            ],
            answered: 2,
            findings: vec![self.finding()],
            timeline: vec![self.event("submit-drafts", "PRE_REVIEW")],
            proposals: vec![proposal],
            documents: self.attachments(),
            has_report: true,
        };
        let bare = OneInspectionView {
            next: Vec::new(),
            documents: Vec::new(),
            timeline: Vec::new(),
            has_report: false,
            clock: None,
            ..view.clone()
        };
        self.add(("inspection", "/fintech/inspections/ins_1"), &Said::default(), &view);
        let wrong = alerted("withdraw", "note", AlertWord::Note, self.name);
        self.add(("inspection", "/fintech/inspections/ins_1"), &wrong, &bare);
    }

    fn one_item(&mut self) {
        let view = OneItemView {
            inspection: self.choice(),
            id: plain("fsi-m-01-1"),
            title: "정보보호 정책",
            question: "정보보호 정책을 수립하였는가?",
            suggestions: vec![plain(self.name)],
            body: plain(self.name),
            version: 1,
            changed_at: Some(at("20261101090000")),
            through: plain("fsi-m-01-2"),
            through_body: plain(self.name),
            evidence: vec![self.revision()],
            documents: self.attachments(),
            verdicts: vec![(1, Verdict::Partially, "unknown", plain(self.name))],
            findings: vec![self.finding()],
            may_judge: true,
            judged: (Some(Verdict::Satisfied), 1),
            words: (Verdict::ALL.to_vec(), InspectionMethod::ALL.to_vec()),
            theirs: Some((plain(self.name), 2)),
        };
        let here = "/fintech/inspections/ins_1/items/fsi-m-01-1";
        let wrong = alerted("answer", "body", AlertWord::Changed, self.name);
        self.add(("item", here), &wrong, &view);
    }

    pub(super) fn papers(&mut self) {
        let kinds = DocumentKind::ALL.iter().map(|kind| (*kind, FileKind::ALL.to_vec()));
        let documents = DocumentsView {
            documents: vec![self.revision()],
            as_of: plain("2026-11-01"),
            kinds: kinds.collect(),
            most_mib: 50,
        };
        let empty = DocumentsView {
            documents: Vec::new(),
            as_of: String::new(),
            ..documents.clone()
        };
        self.add(("documents", "/fintech/documents"), &Said::default(), &documents);
        let wrong = alerted("upload", "file", AlertWord::TooLarge, self.name);
        self.add(("documents", "/fintech/documents"), &wrong, &empty);
        let document = DocumentView {
            revisions: vec![self.revision(), self.revision()],
            most_mib: 50,
        };
        self.add(("document", "/fintech/documents/doc_1"), &Said::default(), &document);
        self.endpoints();
        let policy = |stands, is| PolicyView {
            id: plain("pol_1"),
            insurer: plain(self.name),
            number: plain("A-1"),
            cover_won: 100,
            from: plain("2026-01-01"),
            to: plain("2026-12-31"),
            stands,
            is,
            days_left: 40,
            revision: plain("rev_1"),
        };
        let stands = ["in_force", "awaits", "to_come", "over", "ended"];
        let insurance = InsuranceView {
            policies: stands.map(|stands| policy(stands, "idle")).to_vec(),
            percent: 200,
            insured_won: 50,
            limits_won: 60,
            documents: vec![(plain("rev_1"), plain(self.name))],
        };
        let wrong = alerted("record", "cover_won", AlertWord::Amount, self.name);
        self.add(("insurance", "/fintech/insurance"), &wrong, &insurance);
        let subsidy = |state: &SubsidyState| SubsidyView {
            id: plain("sub_1"),
            inspection: Some(self.choice()),
            cost_won: 100,
            asked_won: 75,
            granted_won: 70,
            state: *state,
            is: "unknown",
            applied_at: at("20260101090000"),
            decided_at: Some(at("20260201090000")),
            paid_at: Some(at("20260301090000")),
        };
        let subsidies = SubsidiesView {
            subsidies: SubsidyState::ALL.iter().map(subsidy).collect(),
            inspections: vec![self.choice()],
            percent: 75,
        };
        let wrong = alerted("apply", "asked_won", AlertWord::Field, self.name);
        self.add(("subsidies", "/fintech/subsidies"), &wrong, &subsidies);
    }

    fn endpoints(&mut self) {
        let signal = |(signal, outcome): (&SignalKind, &SignalOutcome)| SignalView {
            signal: *signal,
            outcome: *outcome,
            is: "unknown",
            observed_at: Some(at("20261101090000")),
            age_hours: Some(5),
            expires_at: None,
            failures: 2,
            said: plain(self.name),
            summary: plain(self.name),
            facts: vec![(plain("name"), plain(self.name))],
            controls: &[],
        };
        let outcomes = SignalOutcome::ALL.iter().cycle();
        let signals: Vec<SignalView> = SignalKind::ALL.iter().zip(outcomes).map(signal).collect();
        let endpoint = |kind: &EndpointKind| EndpointView {
            id: plain("end_1"),
            kind: *kind,
            url: plain(self.name),
            registered_at: at("20260101090000"),
            signals: signals.iter().take(2).cloned().collect(),
        };
        let view = EndpointsView {
            endpoints: EndpointKind::ALL.iter().map(endpoint).collect(),
            own: signals.clone(),
            kinds: EndpointKind::ALL.to_vec(),
            most: 20,
        };
        let wrong = alerted("register", "url", AlertWord::Url, self.name);
        self.add(("endpoints", "/fintech/endpoints"), &wrong, &view);
        let history = HistoryView {
            signal: SignalKind::TlsConfig,
            observations: vec![ObservationView {
                outcome: SignalOutcome::Pass,
                is: "holds",
                observed_at: at("20261101090000"),
                said: plain(self.name),
                summary: plain(self.name),
                prober: plain("naru-probe 0.1"),
                facts: vec![(plain("name"), plain(self.name))],
            }],
        };
        self.add(
            ("history", "/fintech/endpoints/sig-tls-config"),
            &Said::default(),
            &history,
        );
    }

    pub(super) fn organisation(&mut self) {
        let fact = |kind: &FactKind| FactView {
            id: plain("fct_1"),
            kind: *kind,
            value: plain(self.name),
            from: plain("2026-01-01"),
            to: String::new(),
            evidence: plain(self.name),
            recorded_at: at("20260101090000"),
            holds: *kind != FactKind::Launched,
            is_own: matches!(kind, FactKind::Platform | FactKind::Launched),
        };
        let organisation = OrganisationView {
            code: plain("moafin"),
            name: plain(self.name),
            since: at("20260101090000"),
            state: AdmissionState::Live,
            facts: FactKind::ALL.iter().map(fact).collect(),
            can_leave: true,
            in_production: vec![plain(self.name)],
        };
        let day = alerted("record", "valid_from", AlertWord::Day, self.name);
        self.add(("organisation", "/fintech/organisation"), &day, &organisation);
        let wrong = alerted("leave", "code", AlertWord::Unconfirmed, self.name);
        self.add(("leave", "/fintech/organisation/leave"), &wrong, &organisation);
    }
}
