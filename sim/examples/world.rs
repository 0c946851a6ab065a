//! Lives worlds from the command line: `cargo run --profile fast --example world -- SEED PAYMENTS`.

fn main() {
    let number = |position| std::env::args().nth(position).and_then(|text| text.parse().ok());
    let options =
        sim::Options { seed: number(1).unwrap_or(1), payments: number(2).unwrap_or(2000), sabotage: None };
    let started = std::time::Instant::now();
    let report = sim::run(&options, 2, &|_| ());
    for violation in
        report.violations.iter().skip(number(4).unwrap_or(0) as usize).take(number(3).unwrap_or(3) as usize)
    {
        println!("{violation}");
    }
    let mut rules = std::collections::BTreeMap::new();
    report.violations.iter().for_each(|violation| *rules.entry(violation.rule).or_insert(0) += 1);
    println!("{rules:#?}");
    println!(
        "payments {} of {} sales, facts {}, hash {:016x}",
        report.payments, report.sales, report.facts, report.trace_hash
    );
    println!("{:?}\n{:?}\n{:?}", report.outcomes, report.counts, started.elapsed());
}
