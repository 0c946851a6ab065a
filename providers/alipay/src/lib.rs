//! Alipay, classic gateway.
