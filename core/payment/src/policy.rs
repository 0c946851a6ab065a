//! Timing as data: how soon to ask again, when to give up, how hard to undo. A provider declares what its
//! documents suggest; a channel may override it.

use std::time::Duration;

/// All waiting times of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a call may take before it counts as lost.
    pub call_timeout: Duration,
    /// Whether the provider can say what became of an order or a refund. Where it cannot, what is unclear is undone at
    /// once, and again until the undoing is confirmed; and a refund that got no answer is asked for again.
    pub can_inquire: bool,
    /// Whether the provider knows charges and refunds by numbers that somebody has to count, and not by ours.
    pub numbered: bool,
    /// From an unclear charge to the first inquiry.
    pub first_inquiry: Duration,
    /// Between inquiries.
    pub inquiry_every: Duration,
    /// From the charge until we stop waiting for the payer and undo.
    pub give_up_after: Duration,
    /// Whether a charge that is still unclear then is undone. Where the provider itself sees to a definite end, it is
    /// only asked on, and a person is told.
    pub undo_at_deadline: bool,
    /// Providers refuse to undo a charge younger than this.
    pub reverse_not_before: Duration,
    /// Waits between attempts to undo; the last one repeats.
    pub reverse_backoff: Vec<Duration>,
    /// After so many failed reversals of a payment known to be paid, the money goes back by refund.
    pub reverse_tries: u32,
    /// How long a request may still be under way inside networks before it can be said never to arrive.
    pub in_flight_max: Duration,
    /// How long a shown QR is payable.
    pub qr_lifetime: Duration,
    /// Between looks at a shown QR that nobody has paid; up to three times that when it has been shown for long.
    pub qr_inquiry_every: Duration,
    /// How often to try a call that never left.
    pub send_tries: u32,
    /// Between such tries.
    pub send_again_after: Duration,
    /// Waits between looks at a refund under way; the last one repeats.
    pub refund_backoff: Vec<Duration>,
    /// From giving up (or from a refund's request) without a definite end until a person is told.
    pub escalate_after: Duration,
    /// From the end of the day (China's) of a payment recorded by hand until it must have been found in the bill.
    pub bill_within: Duration,
    /// Whether goods may go for a payment that is recorded but not verified.
    pub hand_over_recorded: bool,
}

/// The wait after `tries` tries: the schedule's step, its last one for ever.
pub(crate) fn step(schedule: &[Duration], tries: u32) -> Duration {
    let last = schedule.len().saturating_sub(1);
    schedule.get((tries.saturating_sub(1) as usize).min(last)).copied().unwrap_or(Duration::from_secs(5))
}

const fn seconds<const N: usize>(list: [u64; N]) -> [Duration; N] {
    let mut spans = [Duration::ZERO; N];
    let mut i = 0;
    while i < N {
        spans[i] = Duration::from_secs(list[i]);
        i += 1;
    }
    spans
}

impl Default for Policy {
    /// A careful middle: ask after 2 s, then every 5 s, give up after 45 s.
    fn default() -> Policy {
        Policy {
            call_timeout: Duration::from_secs(10),
            can_inquire: true,
            numbered: false,
            first_inquiry: Duration::from_secs(2),
            inquiry_every: Duration::from_secs(5),
            give_up_after: Duration::from_secs(45),
            undo_at_deadline: true,
            reverse_not_before: Duration::from_secs(15),
            reverse_backoff: seconds([3, 6, 12, 24, 60]).to_vec(),
            reverse_tries: 5,
            in_flight_max: Duration::from_secs(30),
            qr_lifetime: Duration::from_secs(300),
            qr_inquiry_every: Duration::from_secs(3),
            send_tries: 3,
            send_again_after: Duration::from_secs(1),
            refund_backoff: seconds([2, 5, 10, 30, 60, 300, 900]).to_vec(),
            escalate_after: Duration::from_secs(300),
            bill_within: Duration::from_secs(14 * 3600),
            hand_over_recorded: false,
        }
    }
}
