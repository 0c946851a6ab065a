//! Safety lines and the proof that each is tested: removed one at a time in a copy of the tree, each must make its
//! ring of tests fail. A line whose removal nobody notices is a promise that nobody keeps.

mod copy;
mod list;
mod memory;

use crate::tree::{Tree, root};
use anyhow::{Context, Result, bail, ensure};
use copy::Copy;
use list::{Line, List};
use memory::{Caught, Memory};
use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;

const LIST: &str = "tests/mutations.toml";

/// What became of a removed line.
enum Fate {
    /// Its ring failed.
    Caught(Caught),
    /// Its ring passed.
    Survived,
    /// The rest does not compile without it, so nothing was tested.
    DoesNotCompile,
}

/// `cargo xtask mutate ...`.
pub fn run(words: &[&str]) -> ExitCode {
    match try_run(words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask mutate: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn try_run(words: &[&str]) -> Result<bool> {
    let tree = Tree::read()?;
    let list = List::read(&tree)?;
    let chosen = match words {
        ["--list"] => {
            list.lines.iter().for_each(|line| println!("{:<44} {:<12} {}", line.name, line.ring, line.law));
            println!("{} lines", list.lines.len());
            return Ok(true);
        }
        ["--sample", count, text] => list.sample(count.parse().context("--sample takes a number")?, text),
        ["--again", names @ ..] | names => list.named(names)?,
    };
    let folder = root().join("target/mutate");
    let copy = Copy::make(&tree, &folder)?;
    let mut memory = Memory::of(&folder);
    if words.first() == Some(&"--again") {
        memory = memory.forget()?;
    }
    let states: Vec<u64> = chosen.iter().map(|line| memory::state(&tree, &list, line)).collect();
    let left: Vec<&Line> = chosen
        .iter()
        .zip(&states)
        .filter(|(_, state)| memory.caught(**state).is_none())
        .map(|(line, _)| *line)
        .collect();
    check_rings(&list, &left, &copy)?;
    let (mut rings, began) = (BTreeMap::<&str, Tally>::new(), Instant::now());
    for (line, state) in chosen.iter().zip(states) {
        let known = memory.caught(state).cloned();
        let before = if known.is_some() { ", before" } else { "" };
        let fate = match known {
            Some(caught) => Fate::Caught(caught),
            None => remove(&list, line, &copy)?,
        };
        match &fate {
            Fate::Caught(Caught { how, seconds }) => {
                println!("caught    {:<44} {:<10} {seconds:>4} s{before} [{how}]", line.name, line.ring)
            }
            Fate::Survived => println!("SURVIVED  {:<44} {}: {}", line.name, line.ring, line.law),
            Fate::DoesNotCompile => {
                println!("NO TEST   {:<44} the rest does not compile without it", line.name)
            }
        }
        let tally = rings.entry(&line.ring).or_default();
        tally.lines += 1;
        if let Fate::Caught(caught) = fate {
            (tally.caught, tally.seconds) = (tally.caught + 1, tally.seconds + caught.seconds);
            if before.is_empty() {
                memory.keep(state, caught)?;
            }
        }
    }
    println!("\n{:<14} {:>5} {:>7} {:>8}", "ring", "lines", "caught", "seconds");
    for (ring, Tally { lines, caught, seconds }) in &rings {
        println!("{ring:<14} {lines:>5} {caught:>7} {seconds:>8}");
    }
    let caught: usize = rings.values().map(|tally| tally.caught).sum();
    let missed = chosen.len() - caught;
    println!("{caught} of {} safety lines caught, in {} s", chosen.len(), began.elapsed().as_secs());
    println!("{caught} passed, {missed} failed");
    Ok(missed == 0)
}

/// What a ring came to.
#[derive(Default)]
struct Tally {
    lines: usize,
    caught: usize,
    seconds: u64,
}

/// A ring that fails anyway proves nothing.
fn check_rings(list: &List, chosen: &[&Line], copy: &Copy) -> Result<()> {
    let rings: BTreeMap<&str, &str> =
        chosen.iter().map(|line| (line.ring.as_str(), list.rings[&line.ring].as_str())).collect();
    for (name, command) in rings {
        let run = copy.run(command, &format!("ring-{name}"))?;
        ensure!(run.passed, "the ring {name} fails with nothing removed; see {}", run.log.display());
    }
    Ok(())
}

fn remove(list: &List, line: &Line, copy: &Copy) -> Result<Fate> {
    let path = copy.tree.join(&line.file);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    fs::write(&path, text.replacen(&line.remove, &line.instead, 1))?;
    let began = Instant::now();
    let run = copy.run(&list.rings[&line.ring], &line.name);
    fs::write(&path, text)?;
    let run = run?;
    if run.passed {
        return Ok(Fate::Survived);
    }
    let said = fs::read_to_string(&run.log).context("cannot read the ring's log")?;
    if said.contains("error: could not compile") {
        return Ok(Fate::DoesNotCompile);
    }
    let overdue = run.overdue.then(|| "it did not end".to_owned());
    match first_failure(&said).or(overdue) {
        Some(how) => Ok(Fate::Caught(Caught { how, seconds: began.elapsed().as_secs() })),
        None => bail!("the ring {} failed without saying which test; see {}", line.ring, run.log.display()),
    }
}

/// The first test that a log reports as failed: cargo's form, or that of the scripts.
fn first_failure(log: &str) -> Option<String> {
    log.lines().find_map(|line| {
        let test = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
        let test = test.or(line.strip_suffix(" --- FAILED"));
        let panicked =
            line.strip_prefix("thread '").and_then(|rest| rest.split_once("' ")).map(|(name, _)| name);
        let script = line.strip_prefix("FAILED - ").and_then(|rest| rest.split("; seen").next());
        let violated = line.contains("violation").then_some(line.trim());
        test.or(panicked).or(script).or(violated).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_found_in_a_log_of_cargo_and_of_a_script() {
        let cargo = "running 2 tests\ntest a ... ok\ntest b::c ... FAILED\n";
        assert_eq!(first_failure(cargo).as_deref(), Some("b::c"));
        let quiet = "running 2 tests\n.\nb::c --- FAILED\n";
        assert_eq!(first_failure(quiet).as_deref(), Some("b::c"));
        let script = "ok - every till\nFAILED - 0 of 9 are lost; seen: [1]\n";
        assert_eq!(first_failure(script).as_deref(), Some("0 of 9 are lost"));
        assert_eq!(first_failure("all is well"), None);
    }
}
