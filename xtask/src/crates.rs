//! The workspace's crates, as their manifests tell: which there are, where they lie, and what each is built with.

use crate::tree::{File, Tree};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// Every crate's folder and manifest.
pub fn manifests(tree: &Tree) -> Vec<(String, Table, &File)> {
    let members = tree.ending("/Cargo.toml");
    members
        .filter_map(|file| {
            let folder = file.path.strip_suffix("/Cargo.toml")?.to_owned();
            Some((folder, file.text.parse::<Table>().ok()?, file))
        })
        .collect()
}

/// Crates' folders by the names of their packages.
pub fn packages(tree: &Tree) -> BTreeMap<String, String> {
    manifests(tree).into_iter().filter_map(|(folder, manifest, _)| Some((name(&manifest)?, folder))).collect()
}

/// What a manifest names in these tables, ours or not.
pub fn dependencies(manifest: &Table, tables: &[&str]) -> Vec<String> {
    let keys = |table: &&str| {
        manifest.get(*table).and_then(Value::as_table).map(|t| t.keys().cloned().collect::<Vec<_>>())
    };
    tables.iter().filter_map(keys).flatten().collect()
}

/// The folders of these packages and of everything of ours that they are built or tested with.
pub fn folders_behind(tree: &Tree, packages: &[&str]) -> BTreeSet<String> {
    let manifests = manifests(tree);
    let mut wanted: Vec<String> = packages.iter().map(|package| (*package).to_owned()).collect();
    let mut folders = BTreeSet::new();
    while let Some(package) = wanted.pop() {
        let found = manifests.iter().find(|(_, manifest, _)| name(manifest).as_ref() == Some(&package));
        if let Some((folder, manifest, _)) = found
            && folders.insert(folder.clone())
        {
            wanted
                .extend(dependencies(manifest, &["dependencies", "dev-dependencies", "build-dependencies"]));
        }
    }
    folders
}

fn name(manifest: &Table) -> Option<String> {
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_crate_is_all_that_it_is_built_and_tested_with() {
        let tree = Tree::of(&[
            ("core/base/Cargo.toml", "[package]\nname = \"base\"\n"),
            ("core/pay/Cargo.toml", "[package]\nname = \"pay\"\n[dependencies]\nbase.workspace = true\n"),
            ("codecs/x/Cargo.toml", "[package]\nname = \"x\"\n[dev-dependencies]\nserde.workspace = true\n"),
            ("shell/s/Cargo.toml", "[package]\nname = \"s\"\n[dependencies]\npay.workspace = true\n"),
        ]);
        let behind = |package| folders_behind(&tree, &[package]).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(behind("s"), "core/base core/pay shell/s");
        assert_eq!(behind("x"), "codecs/x");
        assert_eq!(behind("nobody"), "");
    }
}
