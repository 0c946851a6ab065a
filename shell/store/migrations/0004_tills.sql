-- Devices that stand for tills, and what tills have learnt. `journal` is a device's own; the other tables are the
-- server's. Keys and pairing codes are here only as hashes.

-- The chain over this device's facts. An entry about a fact is read from the fact itself, so that a changed fact
-- breaks the chain; an opening has its line in `body`.
CREATE TABLE journal (
    no      {SERIAL},
    segment TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    prev    TEXT   NOT NULL,
    hash    TEXT   NOT NULL,
    payment TEXT,
    place   BIGINT,
    body    TEXT
);
CREATE UNIQUE INDEX journal_places ON journal (segment, seq);

CREATE TABLE till_agents (
    id       TEXT    NOT NULL PRIMARY KEY,
    merchant TEXT    NOT NULL REFERENCES merchants (id),
    till     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    api_key  TEXT    NOT NULL UNIQUE,
    prints   BOOLEAN NOT NULL,
    beat     BIGINT  NOT NULL,
    seen_at  BIGINT  NOT NULL,
    created  BIGINT  NOT NULL,
    FOREIGN KEY (till, merchant) REFERENCES tills (id, merchant)
);
CREATE INDEX till_agents_by_till ON till_agents (till);

CREATE TABLE till_fences (
    till     TEXT   NOT NULL PRIMARY KEY,
    merchant TEXT   NOT NULL,
    fence    BIGINT NOT NULL,
    agent    TEXT   NOT NULL,
    since    BIGINT NOT NULL
);

CREATE TABLE pairing_codes (
    code_hash TEXT   NOT NULL PRIMARY KEY,
    merchant  TEXT   NOT NULL,
    till      TEXT   NOT NULL,
    expires   BIGINT NOT NULL
);

CREATE TABLE till_entries (
    till        TEXT   NOT NULL,
    segment     TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    hash        TEXT   NOT NULL,
    prev        TEXT   NOT NULL,
    merchant    TEXT   NOT NULL,
    agent       TEXT   NOT NULL,
    payment     TEXT,
    body        TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (till, segment, seq, hash)
);
CREATE INDEX till_entries_by_payment ON till_entries (merchant, payment) WHERE payment IS NOT NULL;

CREATE TABLE till_alarms (
    no       {SERIAL},
    merchant TEXT   NOT NULL,
    till     TEXT   NOT NULL,
    agent    TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    what     TEXT   NOT NULL,
    place    TEXT   NOT NULL
);
CREATE UNIQUE INDEX till_alarms_once ON till_alarms (till, what, place);
