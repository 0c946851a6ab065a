-- Systems of merchants that are told what became of payments, what there is to tell each, and how far those who follow
-- the events (the outbox, 0001) have come. Secrets are here only sealed. Alarms are what else a merchant must
-- know that belongs to no payment.

CREATE TABLE webhooks (
    id            TEXT   NOT NULL PRIMARY KEY,
    merchant      TEXT   NOT NULL REFERENCES merchants (id),
    url           TEXT   NOT NULL,
    kinds         TEXT   NOT NULL,
    sealed        TEXT   NOT NULL,
    sealed_before TEXT,
    before_until  BIGINT NOT NULL,
    created       BIGINT NOT NULL,
    disabled      BIGINT,
    why           TEXT   NOT NULL
);
CREATE UNIQUE INDEX webhooks_of_merchant ON webhooks (merchant, url);

CREATE TABLE webhook_messages (
    no       {SERIAL},
    webhook  TEXT   NOT NULL REFERENCES webhooks (id),
    merchant TEXT   NOT NULL,
    payment  TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    state    TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    tries    BIGINT NOT NULL,
    due_at   BIGINT NOT NULL,
    tried_at BIGINT,
    status   BIGINT,
    answer   TEXT   NOT NULL
);
CREATE UNIQUE INDEX webhook_messages_once ON webhook_messages (webhook, payment, version, kind, subject);
CREATE INDEX webhook_messages_waiting ON webhook_messages (webhook, payment, no) WHERE state = 'waiting';
CREATE INDEX webhook_messages_listed ON webhook_messages (webhook, no);

CREATE TABLE followers (
    name  TEXT   NOT NULL PRIMARY KEY,
    event BIGINT NOT NULL
);

CREATE TABLE alarms (
    no       {SERIAL},
    merchant TEXT   NOT NULL,
    what     TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    detail   TEXT   NOT NULL,
    times    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    seen_at  BIGINT,
    seen_by  TEXT   NOT NULL
);
CREATE UNIQUE INDEX alarms_once ON alarms (merchant, what, subject);
