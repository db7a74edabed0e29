//! Server-sent events, read from pieces that may end anywhere.

/// Bytes of one event at most.
const EVENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What came up to now and is not told yet.
#[derive(Debug, Default)]
pub(crate) struct EventStream {
    /// The line that is not ended.
    line: Vec<u8>,
    /// True where the last byte was a carriage return: a line feed after it ends nothing more.
    after_return: bool,
    /// The data of the event that is not ended.
    data: String,
    has_data: bool,
}

impl EventStream {
    /// Reads `bytes` and gives the data of each event that ends in them to `event`.
    ///
    /// # Errors
    /// What is wrong with the stream, or what `event` says.
    pub(crate) fn push<E: From<EventError>>(
        &mut self,
        bytes: &[u8],
        event: &mut dyn FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        for byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, *byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line(event)?,
                _ if EVENT_BYTES_MAX <= self.line.len() + self.data.len() => {
                    return Err(EventError("an event is too long").into());
                }
                _ => self.line.push(*byte),
            }
        }
        Ok(())
    }

    /// The stream ended: an event whose empty line is missing ends with it.
    ///
    /// # Errors
    /// As [`EventStream::push`].
    pub(crate) fn end<E: From<EventError>>(
        mut self,
        event: &mut dyn FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.line.is_empty() {
            self.end_line(event)?;
        }
        self.end_event(event)
    }

    fn end_line<E: From<EventError>>(
        &mut self,
        event: &mut dyn FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.line.is_empty() {
            return self.end_event(event);
        }
        let line = std::mem::take(&mut self.line);
        let line = str::from_utf8(&line).map_err(|_| EventError("an event is no UTF-8"))?;
        // Names, ids and comments say nothing that the data does not say too.
        if let Some(data) = line.trim_start_matches('\u{feff}').strip_prefix("data:") {
            if self.has_data {
                self.data.push('\n');
            }
            self.has_data = true;
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        Ok(())
    }

    fn end_event<E>(&mut self, event: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        if !std::mem::take(&mut self.has_data) {
            return Ok(());
        }
        event(&std::mem::take(&mut self.data))
    }
}

/// What is wrong with a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventError(pub(crate) &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<String>, EventError> {
        let mut events = Vec::new();
        let mut push = |it: &str| {
            events.push(it.to_owned());
            Ok(())
        };
        let mut stream = EventStream::default();
        for piece in pieces {
            stream.push(piece, &mut push)?;
        }
        stream.end(&mut push)?;
        Ok(events)
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let text = "\u{feff}event: a\r\ndata: {\"x\":\"é𝄞\"}\r\n\r\n: nothing\n\n\
                    data:one\ndata: two\n\ndata: \r\rdata: last";
        let bytes = text.as_bytes();
        let expected = ["{\"x\":\"é𝄞\"}", "one\ntwo", "", "last"];
        assert_eq!(read(&[bytes]).unwrap(), expected);
        for cut in 0..bytes.len() {
            let (before, after) = bytes.split_at(cut);
            assert_eq!(read(&[before, after]).unwrap(), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(&single).unwrap(), expected);
    }

    #[test]
    fn what_is_no_stream_of_events_is_refused() {
        assert_eq!(read(&[b"data: \xff\n\n"]), Err(EventError("an event is no UTF-8")));
        let long = vec![b'x'; EVENT_BYTES_MAX + 1];
        assert_eq!(read(&[&long]), Err(EventError("an event is too long")));
        assert_eq!(read(&[b"<html>\n</html>\n"]), Ok(Vec::new()));
    }
}
