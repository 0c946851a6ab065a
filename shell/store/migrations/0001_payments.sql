-- Facts, what they add up to, and what others must be told of it.
-- Ids are UUID text, money minor units, times microseconds since 1970. {SERIAL} is the dialect's counting key.

CREATE TABLE facts (
    payment  TEXT    NOT NULL,
    seq      BIGINT  NOT NULL,
    merchant TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (payment, seq)
);

CREATE TABLE payments (
    id             TEXT    NOT NULL PRIMARY KEY,
    merchant       TEXT    NOT NULL,
    store          TEXT    NOT NULL,
    till           TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    cashier        TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    wallet         TEXT    NOT NULL,
    reference      TEXT    NOT NULL,
    currency       TEXT    NOT NULL,
    amount         BIGINT  NOT NULL,
    created_at     BIGINT  NOT NULL,
    state          TEXT    NOT NULL,
    reason         TEXT,
    paid           BIGINT,
    paid_at        BIGINT,
    refunded       BIGINT  NOT NULL,
    undone         BOOLEAN NOT NULL,
    escalated      BOOLEAN NOT NULL,
    transaction_no TEXT,
    due_at         BIGINT,
    updated_at     BIGINT  NOT NULL,
    version        BIGINT  NOT NULL
);

CREATE UNIQUE INDEX payments_key ON payments (merchant, key);
CREATE INDEX payments_newest ON payments (merchant, created_at, id);
CREATE INDEX payments_transaction ON payments (merchant, transaction_no) WHERE transaction_no IS NOT NULL;
CREATE INDEX payments_reference ON payments (merchant, reference) WHERE reference <> '';
CREATE INDEX payments_open ON payments (id) WHERE due_at IS NOT NULL;

CREATE TABLE refunds (
    id           TEXT    NOT NULL PRIMARY KEY,
    payment      TEXT    NOT NULL,
    merchant     TEXT    NOT NULL,
    till         TEXT    NOT NULL,
    amount       BIGINT  NOT NULL,
    give_back    BOOLEAN NOT NULL,
    state        TEXT    NOT NULL,
    requested_at BIGINT  NOT NULL,
    done_at      BIGINT
);

CREATE INDEX refunds_done ON refunds (merchant, done_at) WHERE done_at IS NOT NULL;

CREATE TABLE events (
    id       {SERIAL},
    merchant TEXT    NOT NULL,
    payment  TEXT    NOT NULL,
    version  BIGINT  NOT NULL,
    at       BIGINT  NOT NULL
);

CREATE INDEX events_merchant ON events (merchant, id);

CREATE TABLE print_jobs (
    id         {SERIAL},
    merchant   TEXT    NOT NULL,
    store      TEXT    NOT NULL,
    till       TEXT    NOT NULL,
    payment    TEXT    NOT NULL,
    copy       BIGINT  NOT NULL,
    state      TEXT    NOT NULL,
    why        TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

CREATE UNIQUE INDEX print_jobs_copy ON print_jobs (payment, copy);
CREATE INDEX print_jobs_waiting ON print_jobs (till, id) WHERE state IN ('queued', 'held', 'sent');
