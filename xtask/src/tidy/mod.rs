//! The laws of the tree, each a function from files to breaches, so that each is tested on a tree made up for it.

mod arrows;
mod lines;
mod long_functions;
mod names;
mod prose;
mod scenarios;

use crate::tree::{File, Tree};
use std::fmt;

/// A law that is broken somewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Breach {
    /// Where: `path` or `path:line`.
    pub place: String,
    /// What is wrong and what to do instead.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl File {
    /// A breach of this whole file.
    pub fn breach(&self, what: impl Into<String>) -> Breach {
        Breach { place: self.path.clone(), what: what.into() }
    }

    /// A breach in one line, counted from 0.
    pub fn breach_at(&self, line: usize, what: impl Into<String>) -> Breach {
        Breach { place: format!("{}:{}", self.path, line + 1), what: what.into() }
    }
}

/// Every breach of every law.
pub fn check(tree: &Tree) -> Vec<Breach> {
    let laws = [
        arrows::arrows,
        arrows::core_is_pure,
        arrows::manifests_inherit,
        names::providers_stay_home,
        names::files_are_named_for_what_is_in_them,
        lines::files_say_what_they_are,
        lines::nothing_is_left_over,
        lines::no_addresses_of_one_place,
        long_functions::functions_do_not_creep,
        prose::one_title,
        prose::changelog_has_its_shape,
        prose::no_blobs,
        scenarios::every_fact_has_a_scenario,
    ];
    laws.iter().flat_map(|law| law(tree)).collect()
}

/// What the breaches of one law look like, for tests.
#[cfg(test)]
fn told(breaches: &[Breach]) -> String {
    breaches.iter().map(|breach| format!("{breach}\n")).collect()
}
