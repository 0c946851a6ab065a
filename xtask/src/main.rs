//! The project's own tools. `cargo xtask tidy` checks the laws that a compiler cannot: what may depend on what,
//! what core may use, where names may stand, how files begin.

mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
The project's own tools.

  cargo xtask tidy     check the tree's laws; prints each breach with what to do, exits 1 if there is any
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => run_tidy(),
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
    let tree = match tidy::Tree::read() {
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
