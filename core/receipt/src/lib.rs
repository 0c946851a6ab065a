//! A payment becomes a receipt: a document model, not bytes.
