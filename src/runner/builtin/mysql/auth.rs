//! Proofs that the password is known, which don't tell it.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The proof of `mysql_native_password`: nothing for an empty password.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html>
pub fn native(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let once = Sha1::digest(password);
    let mut salted = Sha1::new();
    salted.update(nonce);
    salted.update(Sha1::digest(once));
    xor(&once, &salted.finalize())
}

/// The proof of `caching_sha2_password`: nothing for an empty password.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html>
pub fn caching_sha2(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let once = Sha256::digest(password);
    let mut salted = Sha256::new();
    salted.update(Sha256::digest(once));
    salted.update(nonce);
    xor(&once, &salted.finalize())
}

fn xor(left: &[u8], right: &[u8]) -> Vec<u8> {
    left.iter().zip(right).map(|(l, r)| l ^ r).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_those_of_other_clients() {
        // From the tests of the crate `mysql_common`.
        let (nonce, password) = (b"NR3HP:qIYa_9=db?Sd{`", b"G!ider27");
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(native(password, nonce)), "09cff8855e9e705340ff2270d8fb9fadba906b70");
        assert_eq!(
            hex(caching_sha2(password, nonce)),
            "4f97bbfd202401c42a69deaae53bda077ed7578563c1a80eb816c82119b68d2e"
        );
        assert!(native(b"", nonce).is_empty() && caching_sha2(b"", nonce).is_empty());
    }
}
