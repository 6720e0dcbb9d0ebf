-- What the review of admission asked for: bounds, evidence, and what is signed.

-- Bytes of the documents that an organisation has handed in, every revision counted.
CREATE TABLE document_usage (
    organisation_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO document_usage (organisation_id, bytes)
    SELECT d.organisation_id, SUM(r.bytes) FROM documents d JOIN document_revisions r ON r.document_id = d.id
    GROUP BY d.organisation_id;

-- When the hub said last that it looks at signals; and what thinning old observations reads.
CREATE TABLE signal_beats (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX observations_by_place ON observations (organisation_id, signal, endpoint_id, observed_at, id, outcome);

-- Inspections that have ended, the latest first, and the findings that are open on any.
CREATE INDEX inspections_ended ON inspections (agency_id, ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX findings_open ON findings (due_on, id) WHERE state <> 'CLOSED' AND state <> 'WITHDRAWN';
CREATE INDEX document_revisions_ending ON document_revisions (expires_on, id) WHERE expires_on IS NOT NULL;

-- Every version of an answer; never changed, so that what an inspection rested on can be shown as it was.
CREATE TABLE answer_versions (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    control_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    revisions TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, control_id, version)
) STRICT;
INSERT INTO answer_versions (organisation_id, control_id, version, body, revisions, changed_by, changed_at)
    SELECT organisation_id, control_id, version, body, revisions, changed_by, changed_at FROM answers;

-- A functional test reads the calls of its own client and nobody else's.
CREATE INDEX calls_by_client ON calls (client_id, id) WHERE client_id IS NOT NULL;
