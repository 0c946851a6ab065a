-- Payments that were found paid after the till had lost sight of them, until somebody has seen it; and the list of
-- everything that waits for a person.

ALTER TABLE payments ADD COLUMN unseen BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX payments_attention ON payments (merchant, created_at) WHERE escalated OR unseen;
