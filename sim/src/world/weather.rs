//! What goes wrong in one world. Each world draws its own mixture, so that some have one kind of trouble in
//! plenty and others all kinds at once; trouble everywhere at a low rate finds less.

use crate::random::Random;
use provider_contract::Treatment;

/// Chances in a thousand, and which treatments the providers' payers get.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    /// Nothing goes wrong but what the treatments say.
    pub calm: bool,
    /// A call cannot leave.
    pub never_left: u32,
    /// A request vanishes on its way.
    pub lost_before: u32,
    /// A request arrives long after we stopped waiting.
    pub stray: u32,
    /// A reply vanishes.
    pub lost_after: u32,
    /// A reply arrives damaged.
    pub garbled: u32,
    /// A request arrives twice.
    pub twice: u32,
    /// A notification vanishes, or comes twice, or comes damaged beside the true one.
    pub notice_trouble: u32,
    /// The till's connection to the server fails.
    pub till_trouble: u32,
    /// A transaction fails.
    pub commit_fails: u32,
    /// The server dies in a round of work.
    pub crash: u32,
    /// The customer or cashier changes the plan.
    pub second_thoughts: u32,
    /// Outages of a provider in the whole run.
    pub outages: u32,
    /// Steps of the server's clock in the whole run.
    pub clock_steps: u32,
    /// How payers and providers behave.
    pub treatments: Vec<Treatment>,
}

impl Weather {
    pub fn draw(random: &mut Random) -> Weather {
        let calm = random.permille(100);
        let mut chance = |of: &[u32]| if calm { 0 } else { random.pick(of) };
        Weather {
            calm,
            never_left: chance(&[0, 0, 20, 200]),
            lost_before: chance(&[0, 0, 20, 150]),
            stray: chance(&[0, 0, 30, 150]),
            lost_after: chance(&[0, 0, 20, 150]),
            garbled: chance(&[0, 0, 20, 100]),
            twice: chance(&[0, 0, 20, 200]),
            notice_trouble: chance(&[0, 50, 300]),
            till_trouble: chance(&[0, 50, 200]),
            commit_fails: chance(&[0, 0, 2, 10]),
            crash: chance(&[0, 0, 2, 15]),
            second_thoughts: chance(&[0, 100, 400]),
            outages: chance(&[0, 0, 1, 3]),
            clock_steps: chance(&[0, 0, 2, 6]),
            treatments: treatments(random),
        }
    }

    /// The storm is over.
    pub fn clear_up(&mut self) {
        *self = Weather {
            calm: self.calm,
            never_left: 0,
            lost_before: 0,
            stray: 0,
            lost_after: 0,
            garbled: 0,
            twice: 0,
            notice_trouble: 0,
            till_trouble: 0,
            commit_fails: 0,
            crash: 0,
            second_thoughts: 0,
            outages: 0,
            clock_steps: 0,
            treatments: std::mem::take(&mut self.treatments),
        };
    }

    pub fn treatment(&self, random: &mut Random) -> Treatment {
        if random.permille(500) { Treatment::Normal } else { random.pick(&self.treatments) }
    }
}

fn treatments(random: &mut Random) -> Vec<Treatment> {
    let all = Treatment::ALL.iter().map(|(treatment, _)| *treatment);
    if random.permille(300) {
        return all.collect();
    }
    let some: Vec<_> = all.filter(|_| random.permille(300)).collect();
    if some.is_empty() { vec![Treatment::Normal] } else { some }
}
