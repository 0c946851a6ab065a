-- Since when a system is told: since it was registered, or since it was last let in again after a pause.

ALTER TABLE webhooks ADD COLUMN told_from BIGINT NOT NULL DEFAULT 0;
UPDATE webhooks SET told_from = created;
