//! The password of the API as it is stored: a hash that takes time to try guesses on, with a salt of its own.

use crate::error::{Error, Result};
use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive, verify};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt::Write;
use std::num::NonZeroU32;

/// How often the hash is taken. It costs a tenth of a second or two, once for each process that serves.
const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).expect("it is not zero");
const SCHEME: &str = "pbkdf2-sha256";

/// A password as it is stored: `pbkdf2-sha256$ROUNDS$SALT$HASH` (RFC 8018), in hexadecimal.
///
/// # Errors
/// `System` where the machine gives no random bytes.
pub fn hash(password: &str) -> Result<String> {
    let (salt, mut hash) = (random::<16>()?, [0; 32]);
    derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, password.as_bytes(), &mut hash);
    Ok(format!("{SCHEME}${ROUNDS}${}${}", hex(&salt), hex(&hash)))
}

/// Whether `password` is the one that was stored. Takes as long for a wrong one.
pub fn is(password: &str, stored: &str) -> bool {
    let parts: Vec<&str> = stored.split('$').collect();
    let [SCHEME, rounds, salt, hash] = parts[..] else { return false };
    let (Ok(rounds), Some(salt), Some(hash)) = (rounds.parse(), unhex(salt), unhex(hash)) else { return false };
    verify(PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &hash).is_ok()
}

/// Random bytes from the machine.
///
/// # Errors
/// `System` where it gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|e| Error::system("the machine gives no random bytes", e))?;
    Ok(bytes)
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
        for wrong in ["", "Geheim", "geheim "] {
            assert!(!is(wrong, &one), "{wrong:?}");
        }
        for broken in ["", "geheim", "pbkdf2-sha256$1$zz$00", "pbkdf2-sha256$0$00$00", "plain$1$00$00"] {
            assert!(!is("geheim", broken), "{broken:?}");
        }
    }

    /// The vector of RFC 7914, section 11: `passwd`, `salt`, one round.
    #[test]
    fn the_hash_is_the_standards() {
        let stored = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
        assert!(is("passwd", &format!("{SCHEME}$1${}${stored}", hex(b"salt"))));
    }
}
