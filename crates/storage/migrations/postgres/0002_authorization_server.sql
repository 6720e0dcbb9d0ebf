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
    signed_requests BIGINT NOT NULL,
    signed_responses BIGINT NOT NULL,
    resource TEXT,
    changed_at BIGINT NOT NULL
);

-- Certificates that the hub's own authority issued to clients.
CREATE TABLE certificates (
    serial TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    certificate_sha256 BYTEA NOT NULL UNIQUE,
    pem TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_reason TEXT
);
CREATE INDEX certificates_by_client ON certificates (client_id);
CREATE INDEX certificates_revoked ON certificates (revoked_at) WHERE revoked_at IS NOT NULL;

-- Keys with which the hub signs. The private part is sealed, or lies in a token named by its label.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    state_since BIGINT NOT NULL,
    public_jwk TEXT NOT NULL,
    private_sealed BYTEA,
    token_label TEXT,
    created_at BIGINT NOT NULL
);

ALTER TABLE tokens ADD COLUMN jkt_sha256 BYTEA;
ALTER TABLE tokens ADD COLUMN scopes TEXT;
CREATE INDEX tokens_expired ON tokens (expires_at);
CREATE INDEX tokens_by_certificate ON tokens (bound_to_sha256) WHERE bound_to_sha256 IS NOT NULL;
CREATE INDEX grants_by_client ON grants (client_id);

CREATE TABLE pushed_requests (
    request_sha256 BYTEA NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    asked TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX pushed_requests_ended ON pushed_requests (expires_at);

ALTER TABLE authorizations ADD COLUMN session_id TEXT;

-- A person's sign-in on one device.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    secret_sha256 BYTEA NOT NULL UNIQUE,
    method TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_ended ON sessions (expires_at);

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    credential_sha256 BYTEA NOT NULL UNIQUE,
    passkey_sealed BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX passkeys_by_person ON passkeys (person_id);

-- A passkey being added: a person's latest ceremony, answered once and only from the session that began it.
CREATE TABLE passkey_ceremonies (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL UNIQUE REFERENCES people (id),
    session_id TEXT NOT NULL,
    state_sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_ceremonies_ended ON passkey_ceremonies (expires_at);

-- Anybody may begin a ceremony of signing in: it becomes a row only once it was answered, so that it is not again.
CREATE TABLE passkey_answers (
    ceremony_id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_answers_ended ON passkey_answers (expires_at);

CREATE INDEX calls_by_person ON calls (person_id, id) WHERE person_id IS NOT NULL;
