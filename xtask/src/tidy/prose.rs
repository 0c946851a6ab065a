//! Documents and what lies about in the tree.

use super::{Breach, File, Tree};

/// Larger files do not belong into git, except lock files and what is named here.
const LARGEST: u64 = 600_000;

/// A document has one title, its first heading.
pub fn one_title(tree: &Tree) -> Vec<Breach> {
    let titles = |file: &File| {
        let mut fenced = false;
        let mut count = 0;
        for line in file.text.lines() {
            fenced ^= line.starts_with("```");
            count += usize::from(!fenced && line.starts_with("# "));
        }
        count
    };
    tree.ending(".md")
        .filter(|file| titles(file) != 1)
        .map(|file| file.breach("needs exactly one `# ` title"))
        .collect()
}

/// The changelog speaks to users: newest first, under these headings.
pub fn changelog_has_its_shape(tree: &Tree) -> Vec<Breach> {
    let Some(file) = tree.file("CHANGELOG.md") else { return Vec::new() };
    let known =
        ["### In progress", "### Features", "### Safety and performance", "### Internals", "### Fixes"];
    let wrong =
        file.text.lines().enumerate().filter(|(_, line)| line.starts_with("### ") && !known.contains(line));
    wrong.map(|(number, line)| file.breach_at(number, format!("{line:?} is none of {known:?}"))).collect()
}

/// No big blobs.
pub fn no_blobs(tree: &Tree) -> Vec<Breach> {
    let big = tree.files.iter().filter(|file| file.size > LARGEST && !file.path.ends_with("lock.json"));
    big.map(|file| file.breach(format!("{} bytes; what is this doing in git?", file.size))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_one_title() {
        let tree =
            Tree::of(&[("a.md", "# A\n\n```\n# not one\n```\n"), ("b.md", "text"), ("c.md", "# C\n# D\n")]);
        assert_eq!(one_title(&tree).len(), 2);
    }

    #[test]
    fn the_changelog_keeps_its_headings() {
        let tree = Tree::of(&[("CHANGELOG.md", "# Changelog\n## 0.1\n### Features\n### Stuff\n")]);
        assert_eq!(changelog_has_its_shape(&tree).len(), 1);
    }
}
