//! Builds anew when the pages were built anew: they are embedded in the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
