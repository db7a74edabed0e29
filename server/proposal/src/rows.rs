//! Between our values and the rows of the store.
