//! What the shell needs to drive any device.
