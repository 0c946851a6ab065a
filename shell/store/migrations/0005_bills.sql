-- Providers' daily bills, how each differs from our book, and what was done about every difference.
-- A difference is known by its channel, its bill's day and its key, so that reading a bill again finds it again.

CREATE TABLE bills (
    channel    TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    merchant   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    problem    TEXT   NOT NULL,
    problem_zh TEXT   NOT NULL,
    problem_en TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (channel, day)
);
CREATE INDEX bills_of_merchant ON bills (merchant, day);

CREATE TABLE differences (
    channel    TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    merchant   TEXT   NOT NULL,
    class      TEXT   NOT NULL,
    cure       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    payment    TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    found_at   BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (channel, day, key)
);
CREATE INDEX differences_of_merchant ON differences (merchant, state, day);

CREATE TABLE difference_acts (
    id       {SERIAL},
    channel  TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    key      TEXT   NOT NULL,
    merchant TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    detail   TEXT   NOT NULL
);
CREATE INDEX difference_acts_of_one ON difference_acts (channel, day, key, id);
