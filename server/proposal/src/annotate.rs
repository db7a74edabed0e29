//! The reasons of the parts of a change, taken from the code they touch.
