"""Whether a shop that was broken lost anything: every payment rests, nothing acknowledged is missing, nobody paid
twice, and the providers' books equal ours to the fen."""

import collections
import time

REST = ("paid", "not_paid", "returned")
# A slow refund takes a provider a minute and a half; the rest is for a busy machine.
REST_WITHIN_S = 300
AGREE_WITHIN_S = 60
BILLS, BILL_EVERY_S = 3, 4
# Payments whose timelines are printed when something is wrong.
EVIDENCE = 5
NOTHING = {"paid": None, "reversed": False, "refunds": []}


def rests(payment):
    settled = all(refund["state"] != "processing" for refund in payment["refunds"])
    return payment["money"] in REST and settled


def kept_by_us(payment):
    """What we say the shop still has of this payment, in fen."""
    if payment["money"] != "paid" or not payment["paid"]:
        return 0
    return payment["paid"]["amount"] - payment["refunded"]["amount"]


def kept_by_provider(book):
    """What the provider's own books say the shop still has."""
    if book["paid"] is None or book["reversed"]:
        return 0
    return book["paid"] - sum(refund["amount"] for refund in book["refunds"])


def all_at_rest(shop):
    """Every payment once all of them rest, or when patience ends."""
    deadline = time.monotonic() + REST_WITHIN_S
    while True:
        began = time.monotonic()
        payments = shop.payments()
        if all(map(rests, payments)) or time.monotonic() > deadline:
            return payments
        # Reading a long book takes its time from those who still have something to do.
        time.sleep(1 + time.monotonic() - began)


def compared(shop, payments):
    """The providers' books by order, and the payments of which they say something else than we do."""
    books = {book["order_no"]: book for provider in shop.providers for book in provider.books()}
    return books, [
        payment
        for payment in payments
        if kept_by_us(payment) != kept_by_provider(books.get(payment["order_no"], NOTHING))
    ]


def read_the_bill(shop, cases, payments):
    """A provider that takes the money after it accepted a reversal, and notifies nobody, is found by its bill.
    Somebody then looks at the payment, and the money goes back. Gives the payments that were looked at."""
    _, differing = compared(shop, payments)
    late = {payment["id"] for payment in differing if cases.get(payment["order_no"]) == "paid_after_reverse"}
    for payment in sorted(late):
        shop.answer("POST", f"/v1/payments/{payment}/look", {})
    return late


def judge(shop, counts):
    """Every check with whether it holds and what was seen; what there was goes into `counts`."""
    cases = {number: case for till in shop.tills for number, case in till.cases.items()}
    payments, found_by_bill, bills = all_at_rest(shop), set(), 0
    agree_by = time.monotonic() + AGREE_WITHIN_S
    while True:
        # Late payers take their time, so the bill is compared more than once.
        time.sleep(BILL_EVERY_S)
        found_by_bill |= read_the_bill(shop, cases, payments)
        bills += 1
        time.sleep(1)
        payments = all_at_rest(shop)
        books, differing = compared(shop, payments)
        # One who pays between the reading of our book and the provider's makes them differ for that moment.
        if bills >= BILLS and (not differing or time.monotonic() > agree_by):
            break
    restless = [payment for payment in payments if not rests(payment)]
    ours = {payment["order_no"]: payment for payment in payments}
    ids = {payment["id"]: payment for payment in payments}
    acknowledged = {key: told for till in shop.tills for key, told in till.acknowledged.items()}
    lost = [key for key, (amount, _) in acknowledged.items() if key not in ids or ids[key]["amount"]["amount"] != amount]
    broken = [key for key, (_, money) in acknowledged.items() if money == "paid" and ids.get(key, {}).get("money") == "not_paid"]
    unknown = [number for number in books if number not in ours]
    twice = [number for number, book in books.items() if book["charges"] > 1]
    outcomes = collections.Counter(payment["money"] for payment in payments)
    repeats = sum(till.repeats for till in shop.tills)
    starts = sorted(shop.server.starts)
    kept = sum(map(kept_by_us, payments))
    counts.update(payments=len(payments), acknowledged=len(acknowledged), again=repeats, starts=len(starts))
    print(f"seed {shop.seed}: {len(payments)} payments {dict(outcomes)}, "
          f"{repeats} requests sent again, {kept} fen kept, {len(found_by_bill)} late payments found by bill; "
          f"{len(starts)} starts, {starts[len(starts) // 2] * 1000:.0f} ms each (median)")
    panics = [line for line in shop.log.read_text(errors="replace").splitlines() if "panicked" in line]
    escalated = [payment for payment in restless if payment["escalated"]]
    for payment in [*restless, *differing][:EVIDENCE]:
        print(f"{payment['order_no']}:", shop.answer("GET", f"/v1/payments/{payment['id']}/timeline"))
    yield "no server panicked", not panics, panics[:3]
    yield "every till could go on", not [t.error for t in shop.tills if t.error], [t.error for t in shop.tills][:3]
    yield "payments were made", len(payments) > 20, len(payments)
    yield f"every payment rests ({len(escalated)} of the others are with the owner)", not restless, [
        (p["order_no"], p["money"], p["escalated"], p["explain"]["headline"]["en"]) for p in restless[:3]]
    yield f"0 of {len(acknowledged)} acknowledged payments are lost", not lost, lost[:3]
    yield "0 payments that a till was told are paid are not", not broken, broken[:3]
    yield "0 orders in the providers' books are unknown to us", not unknown, unknown[:3]
    yield "0 payers are charged twice", not twice, twice[:3]
    yield "the providers' books equal ours to the fen", not differing, [
        (cases.get(p["order_no"]), p["money"], kept_by_us(p), books.get(p["order_no"])) for p in differing[:3]]
