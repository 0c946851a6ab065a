//! Two channels to one wallet that fail in turns: routing pays more sales than either channel alone, and charges nobody
//! twice.

use sim::routes::{Choosing, Lived, live};

const SALES: u64 = 1_500;

fn days(choosing: Choosing) -> Lived {
    (1..=8).map(|seed| live(seed, SALES, choosing)).fold(Lived::default(), |sum, day| Lived {
        sales: sum.sales + day.sales,
        paid: sum.paid + day.paid,
        charged_twice: sum.charged_twice + day.charged_twice,
        untrue: sum.untrue + day.untrue,
        strayed: sum.strayed + day.strayed,
        probes: sum.probes + day.probes,
    })
}

fn permille(lived: Lived) -> u64 {
    lived.paid * 1_000 / lived.sales
}

#[test]
fn more_sales_are_paid_and_none_twice() {
    let routed = days(Choosing::Routed);
    let fixed = [days(Choosing::Fixed(0)), days(Choosing::Fixed(1))];
    println!("routed {} of 1000 paid {routed:?}", permille(routed));
    println!("fixed  {} and {} of 1000 {fixed:?}", permille(fixed[0]), permille(fixed[1]));
    for lived in [routed, fixed[0], fixed[1]] {
        assert_eq!((lived.charged_twice, lived.untrue, lived.strayed), (0, 0, 0), "{lived:?}");
    }
    let best = fixed.into_iter().map(permille).max().expect("two of them");
    assert!(permille(routed) >= best + 50, "{} against {best} of a thousand", permille(routed));
    assert!(routed.probes > 0, "failed channels are tried again");
}

#[test]
fn the_same_seed_is_the_same_day() {
    assert_eq!(live(7, 300, Choosing::Routed), live(7, 300, Choosing::Routed));
}
