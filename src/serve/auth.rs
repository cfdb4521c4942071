//! Who may call: one user and a password (HTTP Basic, RFC 7617), and no page of another site.

use super::request::Head;
use super::response::{Failure, JSON};
use crate::error::{Code, Error, Result};
use crate::password;
use crate::store::{Store, setting};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use rusqlite::Connection;
use std::sync::{Mutex, PoisonError};

/// What was let in once: a keyed hash of the credential, and the settings that it was checked against.
struct Known {
    tag: hmac::Tag,
    user: String,
    password: String,
}

/// The check of credentials.
///
/// The stored hash takes long to compare with, which a request should not. There is one user, so once the right
/// credential was seen a hash of it, by a key that only this process has, is compared instead, and decides.
pub struct Auth {
    key: hmac::Key,
    known: Mutex<Option<Known>>,
}

impl Auth {
    /// A check that knows nobody yet.
    ///
    /// # Errors
    /// Where the machine gives no random bytes, or nobody could be let in.
    pub fn new(store: &Store) -> Result<Auth> {
        let mut missing = Vec::new();
        for key in ["api_user", "api_password"] {
            if setting::get(store.read(), key)?.is_none() {
                missing.push(key);
            }
        }
        if !missing.is_empty() {
            return Err(Error::new(
                Code::Usage,
                format!("nobody could be let in: there is no {}", missing.join(" and no ")),
            )
            .hint("`pipekit settings set api_user NAME`, then `pipekit settings set api_password -`"));
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, &password::random::<32>()?);
        Ok(Auth { key, known: Mutex::new(None) })
    }

    /// The user that a request comes from.
    ///
    /// # Errors
    /// 401, the same for a wrong user, a wrong password and none.
    pub fn user(&self, conn: &Connection, head: &Head) -> Result<String, Failure> {
        let settings = (setting::get(conn, "api_user")?, setting::get(conn, "api_password")?);
        let (Some(user), Some(stored)) = settings else { return Err(refused()) };
        let Some(given) = given(head) else { return Err(refused()) };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|k| k.user == user && k.password == stored) {
            let is_known = hmac::verify(&self.key, &given, known.tag.as_ref()).is_ok();
            return if is_known { Ok(user) } else { Err(refused()) };
        }
        // One at a time, by the lock: those who guess don't get every core.
        let colon = given.iter().position(|b| *b == b':').unwrap_or(given.len());
        let word = std::str::from_utf8(given.get(colon + 1..).unwrap_or_default()).unwrap_or_default();
        // Both are looked at always, and take the same time whichever is wrong.
        let named = hmac::sign(&self.key, user.as_bytes());
        let is_user = hmac::verify(&self.key, &given[..colon], named.as_ref()).is_ok();
        let is_password = password::is(word, &stored);
        if !(is_user & is_password) {
            return Err(refused());
        }
        *known = Some(Known { tag: hmac::sign(&self.key, &given), user: user.clone(), password: stored });
        Ok(user)
    }
}

/// `user:password` as it was given.
fn given(head: &Head) -> Option<Vec<u8>> {
    let (scheme, word) = head.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    STANDARD.decode(word.trim()).ok()
}

fn refused() -> Failure {
    Failure::new(401, "unauthorized", "a user and a password are needed, and these are not they")
        .hint("curl -u USER:PASSWORD …; `pipekit settings set api_user` and `api_password` set them")
        .header("WWW-Authenticate", "Basic realm=\"pipekit\", charset=\"UTF-8\"")
}

/// Refuses what a page of another site made a browser send, which would send the password with it.
///
/// # Errors
/// 403.
pub fn same_site(head: &Head, loopback: bool) -> Result<(), Failure> {
    let host = head.header("host").unwrap_or_default();
    // A name of somebody's that leads here would make their page one of this site (DNS rebinding).
    if loopback && !host.is_empty() && !is_loopback(host) {
        return Err(Failure::new(403, "other_host", "this address is not called so")
            .hint("call it 127.0.0.1 or localhost, or `pipekit serve --allow-remote`"));
    }
    let site = head.header("sec-fetch-site").unwrap_or("none");
    let origin_is_here = head
        .header("origin")
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host)));
    if !["none", "same-origin"].contains(&site) || !origin_is_here {
        return Err(Failure::new(403, "cross_site", "a page of another site may not ask this"));
    }
    Ok(())
}

/// Refuses a body that a form could have sent: a page of any site may post those.
///
/// # Errors
/// 415.
pub fn is_json(head: &Head) -> Result<(), Failure> {
    let kind = head.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(JSON) {
        return Ok(());
    }
    Err(Failure::new(415, "not_json", "a POST has Content-Type: application/json")
        .hint("curl -H 'Content-Type: application/json' -d '{}' …"))
}

/// Whether a Host header names this machine as nobody else could.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn names_of_this_machine() {
        for host in ["localhost", "LOCALHOST:8321", "127.0.0.1", "127.1.2.3:80", "[::1]:8321", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.1:80", "::1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
