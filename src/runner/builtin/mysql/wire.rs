//! The packets that MySQL and MariaDB speak in: a length of three bytes, a number, then so many bytes.
//! <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html>

use rustls::{ClientConnection, StreamOwned};
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

/// How much is read at once.
const READ: usize = 128 * 1024;
/// A packet of so many bytes goes on in the next one.
const LARGEST: usize = 0xff_ffff;

/// The way to the server.
pub enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

impl Stream {
    /// The connection beneath.
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream.get_ref(),
        }
    }
}

/// A connection, packet by packet.
pub struct Wire {
    stream: BufReader<Stream>,
    /// The number that the next packet has.
    number: u8,
    packet: Vec<u8>,
    out: Vec<u8>,
}

impl Wire {
    /// On a stream on which `number` packets of the conversation were exchanged.
    pub fn new(stream: Stream, number: u8) -> Wire {
        Wire { stream: BufReader::with_capacity(READ, stream), number, packet: Vec::new(), out: Vec::new() }
    }

    /// The stream, to be encrypted from here on, and the number of the next packet.
    pub fn into_stream(self) -> (Stream, u8) {
        (self.stream.into_inner(), self.number)
    }

    /// The stream.
    pub fn stream(&self) -> &Stream {
        self.stream.get_ref()
    }

    /// Hangs up, without a word.
    pub fn shut(&self) {
        // Where it is closed already, that is what is wanted.
        let _ = self.stream().tcp().shutdown(Shutdown::Both);
    }

    /// Reads the next packet.
    #[inline]
    pub fn read(&mut self) -> io::Result<&[u8]> {
        self.packet.clear();
        if self.packet.capacity() > 4 * 1024 * 1024 {
            // After one huge value, memory is given back.
            self.packet.shrink_to(READ);
        }
        loop {
            let mut head = [0; 4];
            self.stream.read_exact(&mut head)?;
            let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
            if head[3] != self.number {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the packets came out of order"));
            }
            self.number = self.number.wrapping_add(1);
            let read = (&mut self.stream).take(length as u64).read_to_end(&mut self.packet)?;
            if read < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if length < LARGEST {
                return Ok(&self.packet);
            }
        }
    }

    /// Sends a command, with which a new conversation begins.
    pub fn command(&mut self, command: u8, arguments: &[u8]) -> io::Result<()> {
        self.send_command(command, &[arguments])
    }

    /// The same, with arguments in several parts.
    pub fn send_command(&mut self, command: u8, arguments: &[&[u8]]) -> io::Result<()> {
        self.number = 0;
        self.send(&[&[&[command][..]], arguments].concat())
    }

    /// Sends a packet of these parts.
    pub fn send(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        self.out.clear();
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut left = length;
        let mut in_packet = 0;
        for part in parts {
            let mut part = *part;
            while !part.is_empty() {
                if in_packet == 0 {
                    in_packet = left.min(LARGEST);
                    self.head(in_packet);
                }
                let (now, later) = part.split_at(part.len().min(in_packet));
                self.out.extend_from_slice(now);
                (part, in_packet, left) = (later, in_packet - now.len(), left - now.len());
            }
        }
        if length.is_multiple_of(LARGEST) {
            // What ends with a full packet, or is empty, needs one that is not.
            self.head(0);
        }
        let sent = self.stream.get_mut().write_all(&self.out).and_then(|()| self.stream.get_mut().flush());
        if self.out.capacity() > 4 * 1024 * 1024 {
            self.out = Vec::new();
        }
        sent
    }

    fn head(&mut self, length: usize) {
        self.out.extend_from_slice(&(length as u32).to_le_bytes()[..3]);
        self.out.push(self.number);
        self.number = self.number.wrapping_add(1);
    }
}

/// Takes a packet apart.
#[derive(Clone, Copy, Debug)]
pub struct Parser<'a>(pub &'a [u8]);

impl<'a> Parser<'a> {
    /// The next bytes.
    #[inline]
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next bytes, as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    /// A byte.
    #[inline]
    pub fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A number of two bytes.
    pub fn two(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// A number of four bytes.
    pub fn four(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number whose length is in its first byte; `None` also for the NULL of a text row.
    #[inline]
    pub fn number(&mut self) -> Option<u64> {
        match self.byte()? {
            small @ ..=0xfa => Some(small.into()),
            0xfc => self.two().map(u64::from),
            0xfd => self.array::<3>().map(|[a, b, c]| u64::from(u32::from_le_bytes([a, b, c, 0]))),
            0xfe => self.array().map(u64::from_le_bytes),
            _ => None,
        }
    }

    /// Bytes with their length before them.
    #[inline]
    pub fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.bytes(length)
    }

    /// Bytes up to a zero, which is taken too.
    pub fn terminated(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let taken = self.bytes(end);
        self.bytes(1);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn packets_of_any_length_come_as_they_were_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lengths = [0, 1, 70_000, LARGEST - 1, LARGEST, LARGEST + 1];
        let sender = thread::spawn(move || {
            let mut wire = Wire::new(Stream::Plain(TcpStream::connect(address).unwrap()), 0);
            for length in lengths {
                let bytes = vec![7; length];
                wire.send(&[&bytes[..length / 3], &bytes[length / 3..]]).unwrap();
            }
        });
        let mut wire = Wire::new(Stream::Plain(listener.accept().unwrap().0), 0);
        for length in lengths {
            let packet = wire.read().unwrap();
            assert!(packet.len() == length && packet.iter().all(|byte| *byte == 7), "{length}");
        }
        sender.join().unwrap();
    }

    #[test]
    fn numbers_have_their_length_before_them() {
        for (bytes, expected) in [
            (&[250u8][..], Some(250)),
            (&[0xfc, 1, 2], Some(0x201)),
            (&[0xfd, 1, 2, 3], Some(0x3_0201)),
            (&[0xfe, 1, 0, 0, 0, 0, 0, 0, 1], Some(0x100_0000_0000_0001)),
            (&[0xfb], None),
            (&[0xfc, 1], None),
        ] {
            assert_eq!(Parser(bytes).number(), expected, "{bytes:?}");
        }
    }
}
