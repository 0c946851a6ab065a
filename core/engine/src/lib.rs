//! Many payments at once: wakes in, effects out.
