-- The numbers that terminals count their messages by: the batch that is open and the number that is given next. Numbers
-- are never given back.

CREATE TABLE traces (
    channel TEXT   NOT NULL PRIMARY KEY,
    batch   BIGINT NOT NULL,
    next    BIGINT NOT NULL
);
