-- How well each way to a wallet works, by slots of fifteen seconds, added up by every server; and what persons ordered.
-- A channel is one merchant's.

CREATE TABLE route_counts (
    channel TEXT   NOT NULL,
    slot    BIGINT NOT NULL,
    asked   BIGINT NOT NULL,
    worked  BIGINT NOT NULL,
    failed  BIGINT NOT NULL,
    failure TEXT   NOT NULL,
    payment TEXT   NOT NULL,
    PRIMARY KEY (channel, slot)
);

CREATE TABLE route_orders (
    merchant TEXT   NOT NULL,
    wallet   TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    word     TEXT   NOT NULL,
    until    BIGINT,
    given_at BIGINT NOT NULL,
    given_by TEXT   NOT NULL,
    PRIMARY KEY (merchant, wallet, channel)
);
