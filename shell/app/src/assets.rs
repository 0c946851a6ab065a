//! The pages inside the binary. A debug build reads them from disk, so that they can be worked on.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// What `web/` was built to.
pub struct Pages;

impl api::Assets for Pages {
    fn file(&self, path: &str) -> Option<api::Asset> {
        let file = Built::get(path)?;
        let content_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
        let text = content_type.starts_with("text/") || content_type.ends_with("javascript");
        let content_type = if text { format!("{content_type}; charset=utf-8") } else { content_type };
        Some(api::Asset { bytes: file.data, content_type })
    }
}
