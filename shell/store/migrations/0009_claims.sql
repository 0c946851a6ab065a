-- Which record by hand a provider's transaction was found to be: one at most, whatever the day of the bill.

CREATE TABLE transaction_claims (
    merchant       TEXT NOT NULL,
    channel        TEXT NOT NULL,
    transaction_no TEXT NOT NULL,
    payment        TEXT NOT NULL,
    PRIMARY KEY (merchant, channel, transaction_no)
);
