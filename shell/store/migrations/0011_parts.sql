-- Payments that are parts of one sale. A number within a sale is given once: whoever wants to charge the rest of a sale
-- wants the next number, so of two servers only one can.

ALTER TABLE payments ADD COLUMN sale TEXT;
ALTER TABLE payments ADD COLUMN part BIGINT;
CREATE UNIQUE INDEX payments_parts ON payments (merchant, sale, part) WHERE sale IS NOT NULL;
