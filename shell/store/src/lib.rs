//! Facts and tables on disk.
