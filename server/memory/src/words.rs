//! Words: identifiers split at case and underscore, stop words, light stems.
