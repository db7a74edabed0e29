//! Numbers, ranges and texts as bytes.

use text::{TextRange, TextSize};

/// Bytes that are written.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
}

impl Output {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, lowest first.
    pub(crate) fn number(&mut self, mut number: u32) {
        while 0x80 <= number {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(crate) fn index(&mut self, index: usize) {
        self.number(index as u32);
    }

    /// 0 for nothing.
    pub(crate) fn option(&mut self, index: Option<usize>) {
        self.number(index.map_or(0, |it| it as u32 + 1));
    }

    /// How far `index` is from `base`, which is near.
    pub(crate) fn difference(&mut self, index: usize, base: usize) {
        let difference = index as i32 - base as i32;
        self.number((difference << 1 ^ difference >> 31) as u32);
    }

    /// At most eight.
    pub(crate) fn flags(&mut self, flags: &[bool]) {
        let bits = flags.iter().enumerate().map(|(at, it)| u8::from(*it) << at);
        self.byte(bits.sum());
    }

    /// A range whose start lies near, in most cases behind, `last`, which becomes its start.
    pub(crate) fn range(&mut self, range: TextRange, last: &mut TextSize) {
        self.difference(range.start().to_usize(), last.to_usize());
        self.number(range.len().raw());
        *last = range.start();
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.raw(text.as_bytes());
    }

    /// Numbers none of which is less than the one before.
    pub(crate) fn ascending(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.number(numbers.len() as u32);
        let mut last = 0;
        for number in numbers {
            self.number(number - last);
            last = number;
        }
    }
}

/// Bytes that are read; everything is `None` where they end too early or say something impossible.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(crate) fn number(&mut self) -> Option<u32> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(u32::from(first));
        }
        let mut number = u64::from(first & 0x7f);
        for shift in [7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).ok();
            }
        }
        None
    }

    pub(crate) fn index(&mut self) -> Option<usize> {
        Some(self.number()? as usize)
    }

    /// The outer `None` is damage, the inner one nothing.
    pub(crate) fn option(&mut self) -> Option<Option<usize>> {
        Some((self.number()? as usize).checked_sub(1))
    }

    pub(crate) fn difference(&mut self, base: usize) -> Option<usize> {
        let packed = self.number()?;
        let difference = (packed >> 1) as i32 ^ -((packed & 1) as i32);
        base.checked_add_signed(difference as isize)
    }

    pub(crate) fn flags<const N: usize>(&mut self) -> Option<[bool; N]> {
        let byte = self.byte()?;
        Some(std::array::from_fn(|at| byte >> at & 1 == 1))
    }

    pub(crate) fn range(&mut self, last: &mut TextSize) -> Option<TextRange> {
        let start = u32::try_from(self.difference(last.to_usize())?).ok()?;
        let len = self.number()?;
        start.checked_add(len)?;
        *last = TextSize::new(start);
        Some(TextRange::at(*last, TextSize::new(len)))
    }

    pub(crate) fn raw(&mut self, n: usize) -> Option<&'a [u8]> {
        let (raw, rest) = self.bytes.split_at_checked(n)?;
        self.bytes = rest;
        Some(raw)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let len = self.index()?;
        str::from_utf8(self.raw(len)?).ok()
    }

    pub(crate) fn ascending(&mut self) -> Option<Vec<u32>> {
        let n = self.n_items()?;
        let mut last = 0_u32;
        let mut res = Vec::with_capacity(n);
        for _ in 0..n {
            last = last.checked_add(self.number()?)?;
            res.push(last);
        }
        Some(res)
    }

    /// A number of items, each of which takes at least a byte: so no number read from damaged bytes
    /// makes us ask for more memory than a multiple of their length.
    fn n_items(&mut self) -> Option<usize> {
        let n = self.index()?;
        (n <= self.bytes.len()).then_some(n)
    }

    pub(crate) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Input<'a>) -> Option<T>,
    ) -> Option<Box<[T]>> {
        let n = self.n_items()?;
        let mut res = Vec::with_capacity(n);
        for _ in 0..n {
            res.push(read(self)?);
        }
        Some(res.into_boxed_slice())
    }
}
