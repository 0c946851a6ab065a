"""What DuckDB makes of the same two files: a full outer join by number and kind, differences counted by class."""
import json
import resource
import sys
import time

import duckdb

book, bill = sys.argv[1], sys.argv[2]
columns = ", ".join(f"'c{number:02}': 'VARCHAR'" for number in range(27))
options = "header=true, delim=',', quote='', escape='', auto_detect=false, ignore_errors=true"
value = lambda column: f"substr({column}, 2)"
sql = f"""
WITH ours AS (
  SELECT number, kind, amount, currency, fee, state, place
  FROM read_csv('{book}', header=true, auto_detect=false, columns={{'number': 'VARCHAR', 'kind': 'VARCHAR',
    'amount': 'BIGINT', 'currency': 'VARCHAR', 'fee': 'BIGINT', 'state': 'VARCHAR', 'place': 'VARCHAR'}})
), lines AS (
  SELECT CASE WHEN {value('c09')} = 'SUCCESS' THEN {value('c06')} ELSE {value('c15')} END AS number,
    CASE WHEN {value('c09')} = 'SUCCESS' THEN 'sale' ELSE 'refund' END AS kind,
    CAST(CAST(CASE WHEN {value('c09')} = 'SUCCESS' THEN {value('c24')} ELSE {value('c25')} END AS DECIMAL(18, 2)) * 100
      AS BIGINT) AS amount,
    {value('c11')} AS currency,
    CAST(CAST({value('c22')} AS DECIMAL(18, 5)) * 100 AS BIGINT) AS fee
  FROM read_csv('{bill}', {options}, columns={{{columns}}})
  WHERE starts_with(c00, '`20')
), theirs AS (
  SELECT number, kind, any_value(amount) AS amount, any_value(currency) AS currency, any_value(fee) AS fee,
    count(*) AS copies
  FROM lines GROUP BY number, kind
), classified AS (
  SELECT CASE
    WHEN o.number IS NULL THEN 'missing_here'
    WHEN t.number IS NULL AND o.place = 'near_the_end' THEN 'day_cut'
    WHEN t.number IS NULL AND o.place = 'inside' AND o.state = 'moved' THEN 'missing_there'
    WHEN t.number IS NULL THEN NULL
    WHEN o.currency <> t.currency THEN 'currency'
    WHEN o.state <> 'moved' THEN 'status'
    WHEN o.amount <> t.amount THEN 'amount'
    WHEN o.fee <> t.fee THEN 'fee'
    WHEN t.copies > 1 THEN 'duplicate'
    WHEN o.place = 'before' THEN 'late'
    END AS class
  FROM ours o FULL OUTER JOIN theirs t ON o.number = t.number AND o.kind = t.kind
)
SELECT class, count(*) FROM classified WHERE class IS NOT NULL GROUP BY class
"""
# Its bar of progress would come out among the figures.
duckdb.sql("SET enable_progress_bar = false")
began = time.monotonic()
found = dict(duckdb.sql(sql).fetchall())
seconds = time.monotonic() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({
    "version": duckdb.__version__,
    "seconds": round(seconds, 3),
    "peak_rss_mb": round(peak, 1),
    "differences": found,
}))
