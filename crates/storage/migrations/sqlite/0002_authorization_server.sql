-- The authorization server: profiles of clients, keys, bound tokens, pushed requests, sessions, passkeys.
-- Times are microseconds since 1970 (UTC).

ALTER TABLE clients ADD COLUMN profile TEXT NOT NULL DEFAULT 'kftc';

-- How a client of the fapi2 profile proves itself, and what its tokens are bound to.
CREATE TABLE client_credentials (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id),
    method TEXT NOT NULL,
    binding TEXT NOT NULL,
    jwks TEXT,
    jwks_uri TEXT,
    tls_name_kind TEXT,
    tls_name TEXT,
    signed_requests INTEGER NOT NULL,
    signed_responses INTEGER NOT NULL,
    resource TEXT,
    changed_at INTEGER NOT NULL
) STRICT;

-- Certificates that the hub's own authority issued to clients.
CREATE TABLE certificates (
    serial TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    certificate_sha256 BLOB NOT NULL UNIQUE,
    pem TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    revoked_reason TEXT
) STRICT;
CREATE INDEX certificates_by_client ON certificates (client_id);
CREATE INDEX certificates_revoked ON certificates (revoked_at) WHERE revoked_at IS NOT NULL;

-- Keys with which the hub signs. The private part is sealed, or lies in a token named by its label.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    state_since INTEGER NOT NULL,
    public_jwk TEXT NOT NULL,
    private_sealed BLOB,
    token_label TEXT,
    created_at INTEGER NOT NULL
) STRICT;

ALTER TABLE tokens ADD COLUMN jkt_sha256 BLOB;
ALTER TABLE tokens ADD COLUMN scopes TEXT;
CREATE INDEX tokens_expired ON tokens (expires_at);
CREATE INDEX tokens_by_certificate ON tokens (bound_to_sha256) WHERE bound_to_sha256 IS NOT NULL;
CREATE INDEX grants_by_client ON grants (client_id);

CREATE TABLE pushed_requests (
    request_sha256 BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    asked TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX pushed_requests_ended ON pushed_requests (expires_at);

ALTER TABLE authorizations ADD COLUMN session_id TEXT;

-- A person's sign-in on one device.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    secret_sha256 BLOB NOT NULL UNIQUE,
    method TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_ended ON sessions (expires_at);

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    credential_sha256 BLOB NOT NULL UNIQUE,
    passkey_sealed BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_by_person ON passkeys (person_id);

-- A passkey being added: a person's latest ceremony, answered once and only from the session that began it.
CREATE TABLE passkey_ceremonies (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL UNIQUE REFERENCES people (id),
    session_id TEXT NOT NULL,
    state_sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_ceremonies_ended ON passkey_ceremonies (expires_at);

-- Anybody may begin a ceremony of signing in: it becomes a row only once it was answered, so that it is not again.
CREATE TABLE passkey_answers (
    ceremony_id TEXT NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_answers_ended ON passkey_answers (expires_at);

CREATE INDEX calls_by_person ON calls (person_id, id) WHERE person_id IS NOT NULL;
