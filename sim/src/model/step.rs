//! What can happen in the small world, and what it does.

use super::Planted;
use super::state::{
    FLIGHT_MAX, Kept, LEASE, Membership, Message, NODES, Order, Question, Reply, State, What, call_no, policy,
};
use base::Timestamp;
use engine::lease::{Fence, Lease};
use payment::{Command, Next, decide, next};
use std::time::Duration;

/// Something that can happen.
#[expect(missing_docs, reason = "the variants say it, the fields are numbers of what they are named for")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A till presses the button, at one of the nodes.
    Press { till: usize, node: usize },
    /// A cashier cancels, at one of the nodes.
    Cancel { node: usize },
    /// A node does what is due.
    Act { node: usize },
    /// A node sends a call that is durable.
    Send { node: usize },
    /// A node has waited long enough for its call.
    TimeOut { node: usize },
    /// A node fences the other, whose beat stood still.
    Fence { node: usize },
    /// A message arrives; for a charge, the payer pays at once, is asked, or is refused.
    Arrive { message: usize, payer: u8 },
    /// The payer, who was asked, pays.
    PayerPays,
    /// Fault: a message is lost.
    Lose { message: usize },
    /// Fault: a message is late, so that others overtake it.
    Delay { message: usize },
    /// Fault: a request is delivered twice, the second time late.
    Double { message: usize },
    /// Fault: a node dies.
    Die { node: usize },
    /// A dead node starts again.
    Start { node: usize },
    /// Fault: a node stands still.
    Sleep { node: usize },
    /// It goes on.
    Wake { node: usize },
    /// Fault: a node's clock is set a second forward or back.
    SetClock { node: usize, forward: bool },
    /// A second passes.
    Tick,
}

/// No run goes on longer than this; by then everything must have ended.
const END: u8 = 40;
/// Tills press by then.
const PRESSED_BY: u8 = 1;
/// A payer who was asked pays by then, or never.
const PAYS_BY: u8 = 3;
/// A node is dead or asleep for at most so long.
const AWAY_MAX: u8 = 5;

/// Everything that can happen now.
pub(super) fn possible(state: &State, actions: &mut Vec<Action>) {
    if over(state) {
        return;
    }
    let urgent = urgent(state);
    actions.extend(urgent.iter().copied());
    for node in (0..NODES).filter(|node| awake(state, *node)) {
        if state.now < PRESSED_BY {
            actions.extend(first_till(state, node).map(|till| Action::Press { till, node }));
        }
        if state.cancels > 0 && !state.facts.is_empty() && state.now == PRESSED_BY {
            actions.push(Action::Cancel { node });
        }
    }
    for (at, message) in state.wire.iter().enumerate() {
        let (_, slow) = message.sent();
        if !overdue(state, message) {
            arrivals(state, at, message, actions);
        }
        if state.faults > 0 {
            actions.push(Action::Lose { message: at });
            if !slow {
                actions.push(Action::Delay { message: at });
            }
            if matches!(message, Message::Request { copy: false, .. }) {
                actions.push(Action::Double { message: at });
            }
        }
    }
    if state.provider.order == Order::Typing && state.now <= PAYS_BY {
        actions.push(Action::PayerPays);
    }
    for node in 0..NODES {
        faults_of(state, node, actions);
    }
    if urgent.is_empty() {
        actions.push(Action::Tick);
    }
}

fn faults_of(state: &State, node: usize, actions: &mut Vec<Action>) {
    let it = &state.nodes[node];
    // It is back within the lease, or long after: urgent() sees to that.
    let soon = state.now == it.away_since + 1;
    if !it.up {
        actions.extend(soon.then_some(Action::Start { node }));
        return;
    }
    if it.asleep {
        actions.extend(soon.then_some(Action::Wake { node }));
        return;
    }
    if state.faults > 0 && !state.facts.is_empty() {
        actions.push(Action::Die { node });
        actions.push(Action::Sleep { node });
        if it.clock_off == 0 {
            actions.push(Action::SetClock { node, forward: true });
            actions.push(Action::SetClock { node, forward: false });
        }
    }
}

fn arrivals(state: &State, at: usize, message: &Message, actions: &mut Vec<Action>) {
    let opens = matches!(message, Message::Request { question: Question::Charge, .. })
        && state.provider.order == Order::None;
    let payers = if opens { 0..3 } else { 0..1 };
    actions.extend(payers.map(|payer| Action::Arrive { message: at, payer }));
}

/// Messages arrive before time goes on, unless they are late; and late ones at some time.
fn overdue(state: &State, message: &Message) -> bool {
    let (sent, slow) = message.sent();
    !slow || state.now >= sent + FLIGHT_MAX
}

/// The till that presses next. Tills and nodes are alike, so the first press is the first till's at the first node.
fn first_till(state: &State, node: usize) -> Option<usize> {
    let till = (0..2).find(|till| state.presses[*till] > 0)?;
    (till > 0 || node == 0 || !awake(state, 0)).then_some(till)
}

/// What must happen before time goes on.
fn urgent(state: &State) -> Vec<Action> {
    let mut actions = Vec::new();
    for node in (0..NODES).filter(|node| awake(state, *node)) {
        if state.nodes[node].in_hand.is_some() {
            actions.push(Action::Send { node });
        } else if acts(state, node) {
            actions.push(Action::Act { node });
        }
        if timed_out(state, node) {
            actions.push(Action::TimeOut { node });
        }
        if suspects(state, node) {
            actions.push(Action::Fence { node });
        }
    }
    for (at, message) in state.wire.iter().enumerate().filter(|(_, message)| overdue(state, message)) {
        arrivals(state, at, message, &mut actions);
    }
    for node in 0..NODES {
        let it = &state.nodes[node];
        let long = state.now >= it.away_since + AWAY_MAX;
        match (it.up, it.asleep) {
            (false, _) if long => actions.push(Action::Start { node }),
            (true, true) if long => actions.push(Action::Wake { node }),
            _ => {}
        }
    }
    if state.now >= PRESSED_BY {
        let awake_nodes = (0..NODES).filter(|node| awake(state, *node));
        actions.extend(
            awake_nodes.filter_map(|node| first_till(state, node).map(|till| Action::Press { till, node })),
        );
    }
    actions
}

/// Whether the run is at its end: nothing travels, nobody acts, everybody is well, and the payment rests; or time is up.
pub(super) fn over(state: &State) -> bool {
    let still = state.wire.is_empty() && state.nodes.iter().all(|node| node.in_hand.is_none());
    let ended = still && state.presses == [0, 0] && !state.facts.is_empty() && state.settled();
    ended || state.now >= END
}

fn awake(state: &State, node: usize) -> bool {
    state.nodes[node].up && !state.nodes[node].asleep
}

fn clock(state: &State, node: usize) -> Timestamp {
    let seconds = i64::from(state.now) + i64::from(state.nodes[node].clock_off);
    Timestamp::from_micros(seconds.max(0) * 1_000_000)
}

/// Whether a node has something to do about the payment: it remembers it, and something is due.
fn acts(state: &State, node: usize) -> bool {
    let it = &state.nodes[node];
    let Some(count) = it.memory else { return takes_up(state, node) };
    let Some(payment) = state.payment(count as usize) else { return false };
    match payment.open_call {
        Some(open) => it.waits.is_none_or(|waits| call_no(waits) != open.call),
        None => matches!(next(&payment, policy(), clock(state, node).max(payment.updated_at)), Next::Ask(_)),
    }
}

/// Whether a node finds an open payment that nobody alive drives, or that is its own.
fn takes_up(state: &State, node: usize) -> bool {
    let open = !state.facts.is_empty() && !state.settled();
    open && state.real_members().may_drive(Fence(state.nodes[node].fence), Fence(state.holder))
        && state.real_members().may_commit(Fence(state.nodes[node].fence))
}

fn timed_out(state: &State, node: usize) -> bool {
    let it = &state.nodes[node];
    let (Some(call), Some(count)) = (it.waits, it.memory) else { return false };
    let Some(open) = state.payment(count as usize).and_then(|payment| payment.open_call) else {
        return false;
    };
    open.call == call_no(call) && clock(state, node) >= open.at + policy().call_timeout
}

/// Whether a node sees the other's beat stand still for the lease time: decided by the real lease, which looks every
/// second.
fn suspects(state: &State, node: usize) -> bool {
    let (beat, since) = state.nodes[node].seen;
    // Within the lease time the real lease suspects nobody: its own tests say so, and asking it costs.
    if state.now < since + LEASE {
        return false;
    }
    let me = Fence(state.nodes[node].fence);
    let members = state.real_members();
    if !members.may_commit(me) || other(state, node).is_none_or(|member| member.beat != beat) {
        return false;
    }
    let mut lease = Lease::new(me, seconds(LEASE), seconds(since));
    let mut found = Ok(Vec::new());
    for half in u32::from(since) * 2..=u32::from(state.now) * 2 {
        let at = Duration::from_millis(u64::from(half) * 500);
        found = lease.look(&members, at, at);
    }
    found.is_ok_and(|suspects| !suspects.is_empty())
}

/// The other node's latest membership.
fn other(state: &State, node: usize) -> Option<&Membership> {
    state.members.iter().rev().find(|member| member.node as usize != node && !member.fenced)
}

fn seconds(n: u8) -> Duration {
    Duration::from_secs(u64::from(n))
}

/// Does it.
pub(super) fn take(state: &mut State, action: Action, planted: Option<Planted>) {
    match action {
        Action::Press { till, node } => {
            state.presses[till] -= 1;
            press(state, node, planted);
        }
        Action::Cancel { node } => {
            state.cancels -= 1;
            cancel(state, node, planted);
        }
        Action::Act { node } => act(state, node, planted),
        Action::Send { node } => send(state, node, planted),
        Action::TimeOut { node } => time_out(state, node, planted),
        Action::Fence { node } => fence(state, node),
        Action::Arrive { message, payer } => arrive(state, message, payer, planted),
        Action::PayerPays => pays(state),
        Action::Lose { message } => {
            state.faults -= 1;
            state.wire.remove(message);
        }
        Action::Delay { message } => {
            state.faults -= 1;
            let (Message::Request { slow, .. } | Message::Answer { slow, .. }) = &mut state.wire[message];
            *slow = true;
        }
        Action::Double { message } => {
            state.faults -= 1;
            double(state, message);
        }
        Action::Die { node } => {
            state.faults -= 1;
            let now = state.now;
            let it = &mut state.nodes[node];
            it.away_since = now;
            (it.up, it.memory, it.waits, it.in_hand, it.clock_off) = (false, None, None, None, 0);
        }
        Action::Start { node } => {
            state.nodes[node].up = true;
            state.nodes[node].away_since = 0;
            join(state, node);
        }
        Action::Sleep { node } => {
            state.faults -= 1;
            state.nodes[node].asleep = true;
            state.nodes[node].away_since = state.now;
        }
        Action::Wake { node } => {
            state.nodes[node].asleep = false;
            state.nodes[node].away_since = 0;
        }
        Action::SetClock { node, forward } => {
            state.faults -= 1;
            state.nodes[node].clock_off = if forward { 1 } else { -1 };
        }
        Action::Tick => tick(state),
    }
}

/// A second passes; nodes that are awake beat, and see whether the other did.
fn tick(state: &mut State) {
    state.now += 1;
    for node in 0..NODES {
        let fence = state.nodes[node].fence;
        if awake(state, node) && state.real_members().may_commit(Fence(fence)) {
            state.members[fence as usize - 1].beat += 1;
            state.nodes[node].beaten = state.now;
        }
    }
    for node in (0..NODES).filter(|node| awake(state, *node)).collect::<Vec<_>>() {
        let beat = other(state, node).map_or(0, |member| member.beat);
        if state.nodes[node].seen.0 != beat {
            state.nodes[node].seen = (beat, state.now);
        }
        if !state.real_members().may_commit(Fence(state.nodes[node].fence)) {
            join(state, node);
        }
    }
}

fn join(state: &mut State, node: usize) {
    for member in state.members.iter_mut().filter(|member| member.node as usize == node) {
        member.fenced = true;
    }
    state.members.push(Membership { node: node as u8, beat: 0, fenced: false });
    let fence = state.members.len() as i64;
    let beat = other(state, node).map_or(0, |member| member.beat);
    let now = state.now;
    // A new membership is seen for the first time, whatever its beat.
    for peer in (0..NODES).filter(|peer| *peer != node) {
        state.nodes[peer].seen = (0, now);
    }
    let it = &mut state.nodes[node];
    (it.fence, it.beaten, it.memory, it.waits, it.in_hand, it.seen) =
        (fence, now, None, None, None, (beat, now));
}

fn fence(state: &mut State, node: usize) {
    let it = state.nodes[node];
    let at = state.members.iter().rposition(|member| member.node as usize != node && !member.fenced);
    if let Some(at) = at.filter(|at| state.members[*at].beat == it.seen.0) {
        state.members[at].fenced = true;
    }
}

/// One transaction: the facts become durable, unless the node counts no more, another holds the payment, or its memory
/// is old. Then it forgets.
fn commit(state: &mut State, node: usize, facts: &[What], planted: Option<Planted>) -> bool {
    let me = Fence(state.nodes[node].fence);
    let members = state.real_members();
    let permitted = members.may_commit(me) && members.may_drive(me, Fence(state.holder));
    let fresh = state.nodes[node]
        .memory
        .map_or(state.facts.is_empty(), |count| usize::from(count) == state.facts.len());
    if planted != Some(Planted::NobodyIsFenced) && !(permitted && fresh) {
        let it = &mut state.nodes[node];
        (it.memory, it.waits, it.in_hand) = (None, None, None);
        if !members.may_commit(me) {
            join(state, node);
        }
        return false;
    }
    state.fenced_acted |= !permitted;
    let last = state.facts.last().map_or(0, |kept| kept.at);
    let at = (clock(state, node).as_micros() / 1_000_000) as u8;
    for what in facts {
        state.facts.push(Kept { at: at.max(last), what: *what });
    }
    state.holder = me.0;
    state.nodes[node].memory = Some(state.facts.len() as u8);
    state.goods |= state.is_paid();
    true
}

/// The till's request: the first makes the payment, every other finds it.
fn press(state: &mut State, node: usize, planted: Option<Planted>) {
    if state.facts.is_empty() {
        if commit(state, node, &[What::Requested, What::Asked(1, Question::Charge)], planted) {
            let it = &mut state.nodes[node];
            (it.waits, it.in_hand) = (Some(1), Some((1, Question::Charge)));
        }
        return;
    }
    state.goods |= state.is_paid();
}

fn cancel(state: &mut State, node: usize, planted: Option<Planted>) {
    let count = state.facts.len();
    let Some(payment) = state.payment(count) else { return };
    if let Ok(Some(_)) = decide(&payment, &Command::Cancel { by: String::new() }) {
        let fresh = state.nodes[node].memory == Some(count as u8);
        if fresh {
            commit(state, node, &[What::CancelRequested], planted);
        }
    }
}

/// Loads the payment, ends a call that nobody makes any more, or asks what is next.
fn act(state: &mut State, node: usize, planted: Option<Planted>) {
    let Some(count) = state.nodes[node].memory else {
        state.nodes[node].memory = Some(state.facts.len() as u8);
        return;
    };
    let Some(payment) = state.payment(count as usize) else { return };
    if let Some(open) = payment.open_call {
        commit(state, node, &[What::Lost(open.call as u8)], planted);
        return;
    }
    if let Next::Ask(ask) = next(&payment, policy(), clock(state, node).max(payment.updated_at)) {
        let (call, question) = (payment.history.calls as u8 + 1, Question::of(ask));
        if commit(state, node, &[What::Asked(call, question)], planted) {
            let it = &mut state.nodes[node];
            (it.waits, it.in_hand) = (Some(call), Some((call, question)));
        }
    }
}

/// A durable call leaves, if the node's lease still holds.
fn send(state: &mut State, node: usize, planted: Option<Planted>) {
    let Some((call, question)) = state.nodes[node].in_hand.take() else { return };
    let it = state.nodes[node];
    let lease = Lease::new(Fence(it.fence), seconds(LEASE), seconds(it.beaten));
    if planted != Some(Planted::LeaseIsNotLookedAt) && !lease.holds(seconds(state.now)) {
        state.nodes[node].waits = None;
        commit(state, node, &[What::NeverLeft(call)], planted);
        return;
    }
    state.fenced_acted |= !state.real_members().may_commit(Fence(it.fence));
    if question == Question::Charge {
        state.charges_left += 1;
    }
    let message =
        Message::Request { call, question, node: node as u8, sent: state.now, copy: false, slow: false };
    state.wire.push(message);
}

fn time_out(state: &mut State, node: usize, planted: Option<Planted>) {
    let Some(call) = state.nodes[node].waits.take() else { return };
    let charge = state.facts.iter().any(|kept| kept.what == What::Asked(call, Question::Charge));
    let what = match planted {
        Some(Planted::SilenceIsRefusal) if charge => What::Answered(call, Reply::Declined),
        _ => What::Lost(call),
    };
    commit(state, node, &[what], planted);
}

fn double(state: &mut State, at: usize) {
    let message = state.wire[at];
    if let Message::Request { call, question, node, sent, .. } = message {
        state.wire.push(Message::Request { call, question, node, sent, copy: true, slow: true });
    }
}

fn arrive(state: &mut State, at: usize, payer: u8, planted: Option<Planted>) {
    match state.wire.remove(at) {
        Message::Request { call, question, node, copy, .. } => {
            let reply = serve(state, question, payer);
            if !copy {
                state.wire.push(Message::Answer { call, reply, node, sent: state.now, slow: false });
            }
        }
        Message::Answer { call, reply, node, .. } => hear(state, usize::from(node), call, reply, planted),
    }
}

fn serve(state: &mut State, question: Question, payer: u8) -> Reply {
    let provider = &mut state.provider;
    match (question, provider.order) {
        (Question::Charge, Order::None) => match payer {
            0 => {
                pays(state);
                Reply::Paid
            }
            1 => {
                provider.order = Order::Typing;
                Reply::Awaiting
            }
            _ => {
                provider.order = Order::Declined;
                Reply::Declined
            }
        },
        (Question::Charge | Question::Inquire, Order::Paid) if provider.returned == 0 => Reply::Paid,
        (Question::Charge | Question::Inquire, Order::Paid) => Reply::Returned,
        (Question::Charge | Question::Inquire, Order::Typing) => Reply::Awaiting,
        (Question::Charge | Question::Inquire, Order::Declined) => Reply::Declined,
        (Question::Charge | Question::Inquire, Order::Closed) => Reply::Closed,
        (Question::Inquire | Question::Reverse, Order::None) => Reply::NotFound,
        (Question::Reverse, Order::Typing | Order::Closed | Order::Declined) => {
            provider.order = Order::Closed;
            Reply::Closed
        }
        (Question::Reverse, Order::Paid) => {
            provider.returned = 100;
            Reply::Returned
        }
        (Question::Refund, Order::Paid) if provider.returned == 0 || provider.refunded => {
            (provider.returned, provider.refunded) = (100, true);
            Reply::Refunded
        }
        (Question::Refund, _) => Reply::RefundRefused,
        (Question::InquireRefund, _) if provider.refunded => Reply::Refunded,
        (Question::InquireRefund, _) => Reply::NotFound,
    }
}

fn pays(state: &mut State) {
    state.provider.order = Order::Paid;
    state.provider.charges += 1;
}

/// An answer reaches the node that asked, if it still waits for it.
fn hear(state: &mut State, node: usize, call: u8, reply: Reply, planted: Option<Planted>) {
    let it = &state.nodes[node];
    if !it.up || it.waits != Some(call) {
        return;
    }
    state.nodes[node].waits = None;
    commit(state, node, &[What::Answered(call, reply)], planted);
}
