//! The project's own tools. `cargo xtask tidy` checks the laws that a compiler cannot: what may depend on what,
//! what core may use, where names may stand, how files begin. `cargo xtask mutate` proves that safety lines are tested.

mod crates;
mod mutate;
mod tidy;
mod tree;

use std::process::ExitCode;

const HELP: &str = "\
The project's own tools.

  cargo xtask tidy     check the tree's laws; prints each breach with what to do, exits 1 if there is any
  cargo xtask mutate   remove each safety line of tests/mutations.toml in turn, in a copy of the tree, and see that
                       its ring of tests fails; exits 1 if a line's removal goes unnoticed
                         mutate NAME...          these lines alone
                         mutate --again          all of them, also those that were caught before with these sources
                         mutate --list           the lines and their rings
                         mutate --sample 3 TEXT  three lines, chosen by TEXT: the same for the same text
                       Once the copy is built, a line of core takes seconds and one of the shell up to a minute. What
                       was caught is kept until a crate that its ring is built of changes, so a run that was stopped
                       goes on where it stopped.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => run_tidy(),
        ["mutate", rest @ ..] => mutate::run(rest),
        ["help" | "--help" | "-h"] | [] => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        other => {
            eprintln!("xtask: there is no command {:?}\n\n{HELP}", other.join(" "));
            ExitCode::from(2)
        }
    }
}

fn run_tidy() -> ExitCode {
    let tree = match tree::Tree::read() {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("xtask tidy: {error:#}");
            return ExitCode::from(2);
        }
    };
    let breaches = tidy::check(&tree);
    for breach in &breaches {
        println!("{breach}");
    }
    println!("tidy: {} files, {} breaches", tree.files.len(), breaches.len());
    if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
