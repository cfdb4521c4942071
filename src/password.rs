//! The password of the API as it is stored: a hash that takes time to try guesses on, with a salt of its own.

use crate::error::{Error, Result};
use sha2::Sha256;
use std::fmt::Write;

/// How often the hash is taken. It costs some hundredths of a second, once for each process that serves.
const ROUNDS: u32 = 100_000;
const SCHEME: &str = "pbkdf2-sha256";

/// A password as it is stored: `pbkdf2-sha256$ROUNDS$SALT$HASH` (RFC 8018), in hexadecimal.
///
/// # Errors
/// `System` where the machine gives no random bytes.
pub fn hash(password: &str) -> Result<String> {
    let salt: [u8; 16] = random()?;
    Ok(format!("{SCHEME}${ROUNDS}${}${}", hex(&salt), hex(&derive(password, &salt, ROUNDS))))
}

/// Whether `password` is the one that was stored. Takes as long for a wrong one.
pub fn is(password: &str, stored: &str) -> bool {
    let parts: Vec<&str> = stored.split('$').collect();
    let [SCHEME, rounds, salt, hash] = parts[..] else { return false };
    let (Ok(rounds), Some(salt)) = (rounds.parse(), unhex(salt)) else { return false };
    same(hex(&derive(password, &salt, rounds)).as_bytes(), hash.as_bytes())
}

/// Whether two texts are the same, in a time that depends on their lengths only.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b))) == 0
}

/// Random bytes from the machine.
///
/// # Errors
/// `System` where it gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    use std::io::Read;
    let mut bytes = [0; N];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|e| Error::system("can't read /dev/urandom", e))?;
    Ok(bytes)
}

fn derive(password: &str, salt: &[u8], rounds: u32) -> [u8; 32] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, rounds)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).ok());
    digits.map(|two| u8::from_str_radix(two?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_not_seen() {
        let (one, other) = (hash("geheim").unwrap(), hash("geheim").unwrap());
        assert!(one != other && !one.contains("geheim"), "{one}");
        assert!(is("geheim", &one) && is("geheim", &other));
        for wrong in ["", "Geheim", "geheim ", "geheim\0"] {
            assert!(!is(wrong, &one), "{wrong:?}");
        }
        for broken in ["", "geheim", "pbkdf2-sha256$1$zz$00", "pbkdf2-sha256$x$00$00", "plain$1$00$00"] {
            assert!(!is("geheim", broken), "{broken:?}");
        }
    }

    /// The vector of RFC 7914, section 11.
    #[test]
    fn the_hash_is_the_standards() {
        let derived = hex(&derive("passwd", b"salt", 1));
        assert_eq!(derived, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
    }
}
