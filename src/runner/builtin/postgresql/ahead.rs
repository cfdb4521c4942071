//! Reads what COPY sends on a thread of its own, so that network and TLS don't keep waiting who takes the rows apart.

use super::copy::Stopped;
use std::io::{self, BufRead, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many bytes may be read ahead: of a single value, more.
const AHEAD: usize = 1024 * 1024;

/// So many are worth waking the other thread for. Fewer wait until it looks.
const WORTH: usize = 64 * 1024;

/// How long who has nothing left to do waits before it looks for fewer: the first time, and at most.
const LOOK: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(32));

/// What `take` makes of what `reader` gives, which is read meanwhile. Where it wants no more before the end, `stop` has the
/// server send no more.
///
/// # Errors
/// What `take` says.
pub fn read<T>(
    reader: impl BufRead + Send,
    stop: impl FnOnce(),
    take: impl FnOnce(Ahead<'_>) -> Result<T, Stopped>,
) -> Result<T, Stopped> {
    let pipe = Pipe::default();
    std::thread::scope(|scope| {
        scope.spawn(|| pipe.fill(reader));
        let taken = take(Ahead { pipe: &pipe, bytes: Vec::new(), at: 0 });
        if let Err(Stopped::Caller(_) | Stopped::Garbled) = taken {
            stop();
        }
        taken
    })
}

/// What one thread has read and the other has not taken yet.
#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// Nothing more comes, and why.
    end: Option<io::Result<()>>,
    /// Nobody takes anything more.
    left: bool,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads to the end, or until nobody wants more.
    fn fill(&self, mut reader: impl BufRead) {
        let mut end = Ends { pipe: self, how: Some(Err(io::Error::other("the thread that reads rows ended"))) };
        loop {
            match reader.fill_buf() {
                Ok([]) => break end.how = Some(Ok(())),
                Err(error) => break end.how = Some(Err(error)),
                Ok(message) => {
                    let length = message.len();
                    if !self.put(message) {
                        break;
                    }
                    reader.consume(length);
                }
            }
        }
    }

    /// Says whether more is wanted.
    fn put(&self, message: &[u8]) -> bool {
        let mut state = self.lock();
        while state.bytes.len() >= AHEAD && !state.left {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let before = state.bytes.len();
        state.bytes.extend_from_slice(message);
        if before < WORTH && state.bytes.len() >= WORTH {
            self.filled.notify_one();
        }
        !state.left
    }

    /// Takes all that is there in exchange for `bytes`, which were read; they are empty at the end.
    fn take(&self, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        if bytes.capacity() > 4 * AHEAD {
            // After one huge value, memory is given back.
            *bytes = Vec::new();
        }
        let (mut state, mut patience) = (self.lock(), LOOK.0);
        while state.bytes.is_empty() && state.end.is_none() {
            let waited = self.filled.wait_timeout(state, patience);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            patience = LOOK.1.min(patience * 2);
        }
        if state.bytes.is_empty() {
            return state.end.replace(Ok(())).unwrap_or(Ok(()));
        }
        std::mem::swap(bytes, &mut state.bytes);
        self.emptied.notify_one();
        Ok(())
    }
}

/// Says at its end that nothing more comes, however that came about.
struct Ends<'a> {
    pipe: &'a Pipe,
    how: Option<io::Result<()>>,
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.pipe.lock().end = self.how.take();
        self.pipe.filled.notify_one();
    }
}

/// What was read ahead.
pub struct Ahead<'a> {
    pipe: &'a Pipe,
    bytes: Vec<u8>,
    at: usize,
}

impl BufRead for Ahead<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.len() {
            self.at = 0;
            self.pipe.take(&mut self.bytes)?;
        }
        Ok(&self.bytes[self.at..])
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Ahead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.pipe.lock().left = true;
        self.pipe.emptied.notify_one();
    }
}
