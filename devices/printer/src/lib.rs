//! Receipt printers that speak ESC/POS: how to talk to one, and a virtual one to talk to.
//!
//! ```text
//!   receipt::Document --page--> bytes --PrinterSession--> printer          (page, profile, session)
//!                                                            |
//!                       svg <--picture-- Paper <-- VirtualPrinter          (picture, paper, simulator)
//! ```
//!
//! Nothing here opens a port or knows the time. Client and virtual printer share the codec, so a misread manual would
//! pass every test between the two; the programs in `tests/outsiders` at the root of the tree, written by others,
//! are what pins both to the world.

mod page;
mod paper;
mod picture;
mod probe;
mod profile;
mod session;
mod simulator;

pub use page::{Page, page};
pub use paper::{Ink, Paper, PaperLine, Run};
pub use picture::picture;
pub use probe::{Findings, Probe};
pub use profile::{Fence, Profile, Sensor};
pub use session::PrinterSession;
pub use simulator::{Fault, Model, VirtualPrinter};
