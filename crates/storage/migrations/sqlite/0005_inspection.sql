-- Inspections and their evidence, four eyes, insurance, signals, the functional test, subsidies, notices.
-- Times are microseconds since 1970 (UTC), days are yyyymmdd in Seoul, amounts are whole won.

-- Documents as immutable revisions; the bytes lie in files named by their digest.
CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_by_organisation ON documents (organisation_id, kind);
CREATE TABLE document_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id),
    revision INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    file_name TEXT NOT NULL,
    covers_from INTEGER,
    covers_to INTEGER,
    expires_on INTEGER,
    uploaded_by TEXT NOT NULL,
    uploaded_at INTEGER NOT NULL,
    UNIQUE (document_id, revision)
) STRICT;
CREATE INDEX document_revisions_by_digest ON document_revisions (sha256);

-- An organisation's answer to an item; one answer serves every catalogue that the item maps to.
CREATE TABLE answers (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    control_id TEXT NOT NULL,
    body TEXT NOT NULL,
    revisions TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, control_id)
) STRICT;

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
    state_since INTEGER NOT NULL,
    round INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    valid_until INTEGER,
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX inspections_by_organisation ON inspections (organisation_id, machine);
CREATE INDEX inspections_by_agency ON inspections (agency_id, state_since);
CREATE UNIQUE INDEX inspections_one_open ON inspections (organisation_id, machine, kind, service, platform)
    WHERE ended_at IS NULL;

CREATE TABLE inspection_events (
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL,
    revisions TEXT NOT NULL,
    round INTEGER NOT NULL,
    proposal_id TEXT,
    PRIMARY KEY (inspection_id, sequence)
) STRICT;

-- What an inspector judged of an item in one round.
CREATE TABLE inspection_verdicts (
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    round INTEGER NOT NULL,
    control_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    method TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    judged_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (inspection_id, round, control_id)
) STRICT;

CREATE TABLE findings (
    id TEXT NOT NULL PRIMARY KEY,
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    control_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    statement TEXT NOT NULL,
    due_on INTEGER,
    written_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX findings_by_inspection ON findings (inspection_id);
CREATE INDEX findings_by_organisation ON findings (organisation_id, state);
CREATE TABLE finding_events (
    finding_id TEXT NOT NULL REFERENCES findings (id),
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL,
    revisions TEXT NOT NULL,
    due_on INTEGER,
    PRIMARY KEY (finding_id, sequence)
) STRICT;

-- Four eyes: nobody decides what they proposed.
CREATE TABLE proposals (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT REFERENCES organisations (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    state_sha256 BLOB NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT,
    proposed_at INTEGER NOT NULL,
    seconded_by TEXT,
    decided_by TEXT,
    decided_at INTEGER,
    decision TEXT,
    decision_reason TEXT NOT NULL,
    CHECK (decision IS NULL OR decision = 'void' OR decided_by IS NOT NULL),
    CHECK (decided_by IS NULL OR proposed_by IS NULL OR decided_by <> proposed_by),
    CHECK (seconded_by IS NULL OR decided_by IS NULL OR decided_by <> seconded_by),
    CHECK (seconded_by IS NULL OR proposed_by IS NULL)
) STRICT;
CREATE INDEX proposals_open ON proposals (kind, proposed_at) WHERE decided_at IS NULL;
CREATE INDEX proposals_by_subject ON proposals (subject);
CREATE UNIQUE INDEX proposals_one_open ON proposals (subject, event) WHERE decided_at IS NULL;

CREATE TABLE policies (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    insurer TEXT NOT NULL,
    number TEXT NOT NULL,
    cover_won INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    revision_id TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    confirmed_by TEXT,
    confirmed_at INTEGER,
    ended_at INTEGER,
    CHECK (confirmed_by IS NULL OR confirmed_by <> recorded_by)
) STRICT;
CREATE INDEX policies_by_organisation ON policies (organisation_id, to_day);

-- Addresses that an organisation agreed to have looked at.
CREATE TABLE endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX endpoints_by_organisation ON endpoints (organisation_id);

-- What is looked at, and when next; the latest outcome beside it. endpoint_id is empty where none is needed.
CREATE TABLE signals (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    signal TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    lease_version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    observation_id TEXT,
    observed_at INTEGER,
    expires_at INTEGER,
    failures INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, signal, endpoint_id)
) STRICT;
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
    raw_sha256 BLOB NOT NULL,
    prober TEXT NOT NULL,
    observed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX observations_by_signal ON observations (organisation_id, signal, observed_at);

CREATE TABLE function_tests (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    started_by TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_to TEXT NOT NULL,
    pending TEXT NOT NULL,
    passed_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE INDEX function_tests_by_organisation ON function_tests (organisation_id);
CREATE UNIQUE INDEX function_tests_open ON function_tests (organisation_id) WHERE ended_at IS NULL;
CREATE TABLE function_test_steps (
    function_test_id TEXT NOT NULL REFERENCES function_tests (id),
    step TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    calls TEXT NOT NULL,
    PRIMARY KEY (function_test_id, step)
) STRICT;

CREATE TABLE subsidy_budgets (
    year INTEGER NOT NULL PRIMARY KEY,
    budget_won INTEGER NOT NULL,
    granted_won INTEGER NOT NULL,
    paid_won INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK (granted_won <= budget_won),
    CHECK (paid_won <= granted_won)
) STRICT;
CREATE TABLE subsidies (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    inspection_id TEXT NOT NULL REFERENCES inspections (id),
    year INTEGER NOT NULL,
    cost_won INTEGER NOT NULL,
    asked_won INTEGER NOT NULL,
    granted_won INTEGER NOT NULL,
    state TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    decided_at INTEGER,
    paid_at INTEGER,
    payment_reference TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX subsidies_by_organisation ON subsidies (organisation_id);
CREATE INDEX subsidies_by_year ON subsidies (year, state);
CREATE UNIQUE INDEX subsidies_one ON subsidies (inspection_id) WHERE state <> 'refused' AND state <> 'withdrawn';

-- Warnings before and after; the same one is given once.
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on INTEGER NOT NULL,
    given_at INTEGER NOT NULL,
    closed_at INTEGER,
    UNIQUE (organisation_id, kind, subject, due_on)
) STRICT;
CREATE INDEX notices_open ON notices (organisation_id, given_at) WHERE closed_at IS NULL;

-- What an answer was about, where the route alone does not say it: a transfer asked for again, a later page.
ALTER TABLE calls ADD COLUMN about TEXT;

-- Answered calls of a client by day, and how many of them no living consent stood behind.
CREATE TABLE call_tallies (
    client_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    unbacked INTEGER NOT NULL,
    first_unbacked TEXT,
    PRIMARY KEY (client_id, day)
) STRICT;
CREATE INDEX call_tallies_by_day ON call_tallies (day);
-- Up to which call they are counted; one row.
CREATE TABLE call_tally_place (
    place INTEGER NOT NULL PRIMARY KEY CHECK (place = 1),
    counted_to TEXT NOT NULL
) STRICT;
