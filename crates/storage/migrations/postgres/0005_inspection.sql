-- Inspections and their evidence, four eyes, insurance, signals, the functional test, subsidies, notices.
-- Times are microseconds since 1970 (UTC), days are yyyymmdd in Seoul, amounts are whole won.

-- Documents as immutable revisions; the bytes lie in files named by their digest.
CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX documents_by_organisation ON documents (organisation_id, kind);
CREATE TABLE document_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id),
    revision BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    file_name TEXT NOT NULL,
    covers_from BIGINT,
    covers_to BIGINT,
    expires_on BIGINT,
    uploaded_by TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    UNIQUE (document_id, revision)
);
CREATE INDEX document_revisions_by_digest ON document_revisions (sha256);

-- An organisation's answer to an item; one answer serves every catalogue that the item maps to.
CREATE TABLE answers (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    control_id TEXT NOT NULL,
    body TEXT NOT NULL,
    revisions TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, control_id)
);

CREATE TABLE inspections (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    agency_id TEXT REFERENCES organisations (id),
    machine TEXT NOT NULL,
    kind TEXT NOT NULL,
    platform TEXT NOT NULL,
    service TEXT NOT NULL,
    catalogue TEXT NOT NULL,
    state TEXT NOT NULL,
    state_since BIGINT NOT NULL,
    round BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    valid_until BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX inspections_by_organisation ON inspections (organisation_id, machine);
CREATE INDEX inspections_by_agency ON inspections (agency_id, state_since);
CREATE UNIQUE INDEX inspections_one_open ON inspections (organisation_id, machine, kind, service, platform)
    WHERE ended_at IS NULL;

CREATE TABLE inspection_events (
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL,
    revisions TEXT NOT NULL,
    round BIGINT NOT NULL,
    proposal_id TEXT,
    PRIMARY KEY (inspection_id, sequence)
);

-- What an inspector judged of an item in one round.
CREATE TABLE inspection_verdicts (
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    round BIGINT NOT NULL,
    control_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    method TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    judged_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (inspection_id, round, control_id)
);

CREATE TABLE findings (
    id TEXT NOT NULL PRIMARY KEY,
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    control_id TEXT NOT NULL,
    round BIGINT NOT NULL,
    state TEXT NOT NULL,
    statement TEXT NOT NULL,
    due_on BIGINT,
    written_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX findings_by_inspection ON findings (inspection_id);
CREATE INDEX findings_by_organisation ON findings (organisation_id, state);
CREATE TABLE finding_events (
    finding_id TEXT NOT NULL REFERENCES findings (id),
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL,
    revisions TEXT NOT NULL,
    due_on BIGINT,
    PRIMARY KEY (finding_id, sequence)
);

-- Four eyes: nobody decides what they proposed.
CREATE TABLE proposals (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT REFERENCES organisations (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    state_sha256 BYTEA NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT,
    proposed_at BIGINT NOT NULL,
    seconded_by TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT,
    decision_reason TEXT NOT NULL,
    CHECK (decision IS NULL OR decision = 'void' OR decided_by IS NOT NULL),
    CHECK (decided_by IS NULL OR proposed_by IS NULL OR decided_by <> proposed_by),
    CHECK (seconded_by IS NULL OR decided_by IS NULL OR decided_by <> seconded_by),
    CHECK (seconded_by IS NULL OR proposed_by IS NULL)
);
CREATE INDEX proposals_open ON proposals (kind, proposed_at) WHERE decided_at IS NULL;
CREATE INDEX proposals_by_subject ON proposals (subject);
CREATE UNIQUE INDEX proposals_one_open ON proposals (subject, event) WHERE decided_at IS NULL;

CREATE TABLE policies (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    insurer TEXT NOT NULL,
    number TEXT NOT NULL,
    cover_won BIGINT NOT NULL,
    from_day BIGINT NOT NULL,
    to_day BIGINT NOT NULL,
    revision_id TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    ended_at BIGINT,
    CHECK (confirmed_by IS NULL OR confirmed_by <> recorded_by)
);
CREATE INDEX policies_by_organisation ON policies (organisation_id, to_day);

-- Addresses that an organisation agreed to have looked at.
CREATE TABLE endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX endpoints_by_organisation ON endpoints (organisation_id);

-- What is looked at, and when next; the latest outcome beside it. endpoint_id is empty where none is needed.
CREATE TABLE signals (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    signal TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_version BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    observation_id TEXT,
    observed_at BIGINT,
    expires_at BIGINT,
    failures BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, signal, endpoint_id)
);
CREATE INDEX signals_due ON signals (due_at);
CREATE INDEX signals_expiring ON signals (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE observations (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    signal TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    summary TEXT NOT NULL,
    raw TEXT NOT NULL,
    raw_sha256 BYTEA NOT NULL,
    prober TEXT NOT NULL,
    observed_at BIGINT NOT NULL
);
CREATE INDEX observations_by_signal ON observations (organisation_id, signal, observed_at);

CREATE TABLE function_tests (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_to TEXT NOT NULL,
    pending TEXT NOT NULL,
    passed_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX function_tests_by_organisation ON function_tests (organisation_id);
CREATE UNIQUE INDEX function_tests_open ON function_tests (organisation_id) WHERE ended_at IS NULL;
CREATE TABLE function_test_steps (
    function_test_id TEXT NOT NULL REFERENCES function_tests (id),
    step TEXT NOT NULL,
    done_at BIGINT NOT NULL,
    calls TEXT NOT NULL,
    PRIMARY KEY (function_test_id, step)
);

CREATE TABLE subsidy_budgets (
    year BIGINT NOT NULL PRIMARY KEY,
    budget_won BIGINT NOT NULL,
    granted_won BIGINT NOT NULL,
    paid_won BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    CHECK (granted_won <= budget_won),
    CHECK (paid_won <= granted_won)
);
CREATE TABLE subsidies (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    year BIGINT NOT NULL,
    cost_won BIGINT NOT NULL,
    asked_won BIGINT NOT NULL,
    granted_won BIGINT NOT NULL,
    state TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    decided_at BIGINT,
    paid_at BIGINT,
    payment_reference TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX subsidies_by_organisation ON subsidies (organisation_id);
CREATE INDEX subsidies_by_year ON subsidies (year, state);
CREATE UNIQUE INDEX subsidies_one ON subsidies (inspection_id) WHERE state <> 'refused' AND state <> 'withdrawn';

-- Warnings before and after; the same one is given once.
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (organisation_id, kind, subject, due_on)
);
CREATE INDEX notices_open ON notices (organisation_id, given_at) WHERE closed_at IS NULL;

-- What an answer was about, where the route alone does not say it: a transfer asked for again, a later page.
ALTER TABLE calls ADD COLUMN about TEXT;

-- Answered calls of a client by day, and how many of them no living consent stood behind.
CREATE TABLE call_tallies (
    client_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    unbacked BIGINT NOT NULL,
    first_unbacked TEXT,
    PRIMARY KEY (client_id, day)
);
CREATE INDEX call_tallies_by_day ON call_tallies (day);
-- Up to which call they are counted; one row.
CREATE TABLE call_tally_place (
    place BIGINT NOT NULL PRIMARY KEY CHECK (place = 1),
    counted_to TEXT NOT NULL
);
