-- How far a till's own device has come in learning what its server knows of the till's payments. One row, and none on a
-- server.

CREATE TABLE till_learnt (
    one  BIGINT NOT NULL PRIMARY KEY,
    mark TEXT   NOT NULL
);
