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
