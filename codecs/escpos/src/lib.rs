//! ESC/POS: bytes and structure.
