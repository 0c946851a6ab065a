-- Who works here and where: merchants, their stores and tills, staff, sign-ins, keys for machines, ways to
-- providers, and the record of every change to them. Tokens, keys and passwords are here only as hashes;
-- credentials only sealed.

CREATE TABLE merchants (
    id      TEXT   NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE stores (
    id       TEXT   NOT NULL PRIMARY KEY,
    merchant TEXT   NOT NULL REFERENCES merchants (id),
    name     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    UNIQUE (id, merchant)
);

CREATE TABLE tills (
    id       TEXT   NOT NULL PRIMARY KEY,
    merchant TEXT   NOT NULL REFERENCES merchants (id),
    store    TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    UNIQUE (id, merchant),
    FOREIGN KEY (store, merchant) REFERENCES stores (id, merchant)
);

CREATE TABLE staff (
    id            TEXT   NOT NULL PRIMARY KEY,
    merchant      TEXT   NOT NULL REFERENCES merchants (id),
    till          TEXT,
    login         TEXT   NOT NULL UNIQUE,
    name          TEXT   NOT NULL,
    role          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    disabled      BIGINT,
    FOREIGN KEY (till, merchant) REFERENCES tills (id, merchant)
);

CREATE TABLE sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    staff      TEXT   NOT NULL REFERENCES staff (id),
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    address    TEXT   NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE api_keys (
    id       TEXT   NOT NULL PRIMARY KEY,
    merchant TEXT   NOT NULL REFERENCES merchants (id),
    till     TEXT,
    name     TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    key_hash TEXT   NOT NULL UNIQUE,
    hint     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    disabled BIGINT,
    FOREIGN KEY (till, merchant) REFERENCES tills (id, merchant)
);

CREATE TABLE channels (
    id       TEXT    NOT NULL PRIMARY KEY,
    merchant TEXT    NOT NULL REFERENCES merchants (id),
    provider TEXT    NOT NULL,
    wallet   TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    position BIGINT  NOT NULL,
    sealed   TEXT    NOT NULL,
    changed  BIGINT  NOT NULL
);

CREATE TABLE server_secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE audit (
    at       BIGINT NOT NULL,
    merchant TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    detail   TEXT   NOT NULL
);
CREATE INDEX audit_by_merchant ON audit (merchant, at);
