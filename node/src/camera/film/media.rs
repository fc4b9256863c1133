//! Reads the chosen ranges of a source one after the other, as if they were one.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::vec;

/// The samples that stay, read as they are asked for: nothing of them is held.
pub(super) struct Media<R> {
    source: R,
    copies: vec::IntoIter<Range<u64>>,
    /// Bytes of the present range that are still to be read; `source` stands at the first of them.
    left: u64,
}

impl<R: Read + Seek> Media<R> {
    /// Will read `copies` of `source` in this order.
    pub(super) fn new(source: R, copies: Vec<Range<u64>>) -> Self {
        Self {
            source,
            copies: copies.into_iter(),
            left: 0,
        }
    }
}

impl<R: Read + Seek> Read for Media<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.left == 0 {
            let Some(copy) = self.copies.next() else {
                return Ok(0);
            };
            self.source.seek(SeekFrom::Start(copy.start))?;
            self.left = copy.end - copy.start;
        }
        let read = self.source.by_ref().take(self.left).read(buf)?;
        if read == 0 {
            return Err(io::Error::new(
                ErrorKind::UnexpectedEof,
                "the film became shorter while it was read",
            ));
        }
        self.left -= u64::try_from(read).map_err(io::Error::other)?;
        Ok(read)
    }
}
