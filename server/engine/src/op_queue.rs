//! One long operation of a kind at a time: a second request joins the one that waits.

/// Runs operations of one kind one after the other. Requests that come while one runs become one.
#[derive(Debug)]
pub(crate) struct OpQueue<T> {
    waiting: Option<T>,
    is_running: bool,
}

impl<T> Default for OpQueue<T> {
    fn default() -> OpQueue<T> {
        OpQueue { waiting: None, is_running: false }
    }
}

impl<T> OpQueue<T> {
    /// Asks for an operation; `join` adds the new request to the one that waits already.
    pub(crate) fn request(&mut self, request: T, join: impl FnOnce(&mut T, T)) {
        match &mut self.waiting {
            Some(waiting) => join(waiting, request),
            None => self.waiting = Some(request),
        }
    }

    /// The operation to begin now; `None` where one runs or none waits.
    pub(crate) fn begin(&mut self) -> Option<T> {
        if self.is_running {
            return None;
        }
        let request = self.waiting.take()?;
        self.is_running = true;
        Some(request)
    }

    /// The running operation has ended.
    pub(crate) fn end(&mut self) {
        self.is_running = false;
    }

    /// True where nothing runs or waits.
    pub(crate) fn is_idle(&self) -> bool {
        !self.is_running && self.waiting.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_during_an_operation_become_one() {
        let mut queue = OpQueue::default();
        let join = |waiting: &mut Vec<u8>, new| waiting.extend::<Vec<u8>>(new);
        queue.request(vec![1], join);
        assert_eq!(queue.begin(), Some(vec![1]));
        queue.request(vec![2], join);
        queue.request(vec![3], join);
        assert_eq!(queue.begin(), None);
        queue.end();
        assert_eq!(queue.begin(), Some(vec![2, 3]));
        queue.end();
        assert!(queue.is_idle());
    }
}
