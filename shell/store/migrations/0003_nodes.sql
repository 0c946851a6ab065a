-- The servers that share this database, and which of them drives which open payment. A server is alive, fenced or
-- left; the last two never come back, and a number that is not here is no server either. Holder 0 is nobody.

CREATE TABLE nodes (
    fence    {SERIAL},
    name     TEXT   NOT NULL,
    address  TEXT   NOT NULL,
    beat     BIGINT NOT NULL,
    standing TEXT   NOT NULL
);

CREATE UNIQUE INDEX nodes_alive ON nodes (name) WHERE standing = 'alive';

ALTER TABLE payments ADD COLUMN holder BIGINT NOT NULL DEFAULT 0;

DROP INDEX payments_open;
CREATE INDEX payments_open ON payments (holder, id) WHERE due_at IS NOT NULL;
