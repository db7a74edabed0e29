//! Counts what the parser library takes from the system's allocator, so that whoever parses can
//! give up a text that would take all of the memory.
//!
//! Each call goes on to the allocator that the library uses by itself: a block may come from either
//! way and go by the other.

#![expect(unsafe_code, reason = "the library takes its allocator as functions of C")]

use std::{
    alloc::{Layout, handle_alloc_error},
    cell::Cell,
    ffi::c_void,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use tree_sitter::Allocator;

/// What the parsers of one thread have allocated so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocated {
    /// Bytes, those that were given back too: what is copied again and again counts each time.
    pub bytes: u64,
    /// Entries on the stacks of parsers that are there now: one for each token or node that is
    /// begun and not ended, in each reading of the text that a parser follows. Where the system
    /// does not tell how large a block is that is given back, always 0.
    pub stack_entries: i64,
}

thread_local! {
    static COUNTED: Cell<Allocated> = const { Cell::new(Allocated { bytes: 0, stack_entries: 0 }) };
}

/// `sizeof(StackNode)` in the library's `stack.c`. Nothing else of its size is allocated by
/// `malloc`; a test fails where it is another one.
const STACK_ENTRY_BYTES: usize = 232;

/// The size of the block that such an entry is given; 0 where that is not known.
static STACK_ENTRY_BLOCK: AtomicUsize = AtomicUsize::new(0);

/// What the parsers of this thread have allocated so far.
pub fn allocated() -> Allocated {
    COUNTED.get()
}

/// Begins to count. To be called before anything else is asked of the library: whoever has a
/// grammar has been here.
pub(crate) fn count() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        // SAFETY: a block of this size is allocated, asked for its size and given back.
        unsafe {
            let block = libc::malloc(STACK_ENTRY_BYTES);
            STACK_ENTRY_BLOCK.store(block_bytes(block), Ordering::Relaxed);
            libc::free(block);
        }
        // SAFETY: the four go to one family, which is the library's own; none returns null; the
        // blocks are aligned as that family aligns them. Nobody is inside the library: without a
        // grammar it can do nothing, and each grammar comes from here.
        unsafe { tree_sitter::set_allocator(Some(Allocator { malloc, calloc, realloc, free })) };
    });
}

fn note(block: *mut c_void, bytes: usize, stack_entries: i64) -> *mut c_void {
    if block.is_null() && 0 < bytes {
        // As the library does by itself: it cannot go on without.
        handle_alloc_error(Layout::from_size_align(bytes, 1).unwrap_or(Layout::new::<u8>()));
    }
    let counted = COUNTED.get();
    COUNTED.set(Allocated {
        bytes: counted.bytes + bytes as u64,
        stack_entries: counted.stack_entries + stack_entries,
    });
    block
}

unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    let is_entry = size == STACK_ENTRY_BYTES && STACK_ENTRY_BLOCK.load(Ordering::Relaxed) != 0;
    // SAFETY: any size may be asked for.
    note(unsafe { libc::malloc(size) }, size, i64::from(is_entry))
}

unsafe extern "C" fn calloc(n: usize, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    note(unsafe { libc::calloc(n, size) }, n.saturating_mul(size), 0)
}

unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the library gives back what it got from this family.
    note(unsafe { libc::realloc(block, size) }, size, 0)
}

unsafe extern "C" fn free(block: *mut c_void) {
    // SAFETY: the library gives back what it got from this family, or null.
    let bytes = unsafe { block_bytes(block) };
    if bytes != 0 && bytes == STACK_ENTRY_BLOCK.load(Ordering::Relaxed) {
        note(block, 0, -1);
    }
    // SAFETY: as above.
    unsafe { libc::free(block) };
}

/// The size of a block of this family; 0 for null and where the system does not tell.
///
/// # Safety
/// `block` is null or one that was not given back yet.
#[cfg(target_os = "linux")]
unsafe fn block_bytes(block: *mut c_void) -> usize {
    // SAFETY: the caller's promise.
    unsafe { libc::malloc_usable_size(block) }
}

/// The size of a block of this family; 0 for null and where the system does not tell.
///
/// # Safety
/// `block` is null or one that was not given back yet.
#[cfg(not(target_os = "linux"))]
unsafe fn block_bytes(_block: *mut c_void) -> usize {
    0
}

#[cfg(test)]
mod tests {
    use tree_sitter::Parser;

    use super::*;

    /// Entries at the peak and at the end of a parse of `text`, and bytes.
    fn counted(text: &str) -> (i64, i64, u64) {
        let grammar = crate::language("json").unwrap().grammar();
        let mut parser = Parser::new();
        parser.set_language(&grammar).unwrap();
        let before = allocated();
        let mut peak = 0;
        let mut read = |at: usize, _| {
            peak = peak.max(allocated().stack_entries - before.stack_entries);
            // Byte by byte, so that somebody looks often.
            text.as_bytes().get(at..at + 1).unwrap_or_default()
        };
        parser.parse_with_options(&mut read, None, None).unwrap();
        let after = allocated();
        (peak, after.stack_entries - before.stack_entries, after.bytes - before.bytes)
    }

    #[test]
    fn what_is_begun_and_not_ended_stands_on_the_stack() {
        let nested = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
        let (peak, after, bytes) = counted(&nested);
        assert!(100_000 < bytes && bytes < 10_000_000, "{bytes}");
        let (flat_peak, ..) = counted(&"1 ".repeat(1_000));
        if cfg!(target_os = "linux") {
            assert!((1_000..2_000).contains(&peak), "{peak}");
            assert!(flat_peak < 100, "{flat_peak}");
            // Some are kept for the next parse.
            assert!((0..100).contains(&after), "{after}");
        }
    }
}
