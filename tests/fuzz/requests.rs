//! A request over HTTP, the first two bytes saying where it is cut: it is answered, the same in one piece or in two, and
//! within what a request may be.

use pipekit::inside::{BODY, Failure, HEAD, Head, end_of, head, route};

pub fn hold(data: &[u8]) {
    let Some((at, bytes)) = data.split_at_checked(2) else { return };
    let at = usize::from(u16::from_le_bytes([at[0], at[1]])) % (bytes.len() + 1);
    let whole = came(&[bytes]);
    let cut = came(&[&bytes[..at], &bytes[at..]]);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    match (whole, cut, came(&single)) {
        (None, None, None) => assert!(bytes.len() <= HEAD, "{} bytes are waited behind", bytes.len()),
        (Some(Ok(one)), Some(Ok(two)), Some(Ok(three))) => {
            assert_eq!(format!("{one:?}"), format!("{two:?}"), "cut at {at}");
            assert_eq!(format!("{one:?}"), format!("{three:?}"), "in single bytes");
            taken(&one);
        }
        (Some(Err(one)), Some(Err(two)), Some(Err(three))) => {
            assert_eq!([one.status; 2], [two.status, three.status], "cut at {at}");
            refused(one);
        }
        (one, two, three) => panic!("one piece: {one:?}, cut at {at}: {two:?}, in single bytes: {three:?}"),
    }
}

/// What becomes of a request that comes in these pieces; none where more is waited for.
fn came(pieces: &[&[u8]]) -> Option<Result<Head, Failure>> {
    let mut bytes = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        let looked = bytes.len();
        bytes.extend_from_slice(piece);
        match end_of(&bytes, looked) {
            Ok(Some(end)) => return Some(head(&bytes[..end])),
            Ok(None) => {}
            Err(failure) => return Some(Err(failure)),
        }
    }
    None
}

fn taken(head: &Head) {
    assert!(head.length <= BODY && !head.method.is_empty(), "{head:?}");
    assert!(head.raw_path.starts_with('/') && !head.raw_path.contains([' ', '\r', '\n', '?']), "{head:?}");
    let leads_away = |part: &String| part == "." || part == ".." || part.contains(['/', '\\', '\0']);
    assert!(!head.path.iter().any(leads_away), "{head:?}");
    assert_eq!(head.path.len(), head.raw_path.matches('/').count(), "{head:?}");
    if let Some(length) = head.header("content-length") {
        assert_eq!(length.parse(), Ok(head.length), "{head:?}");
    }
    // Written anew, all of it in escapes, it asks for the same.
    let path: String = head.path.iter().map(|part| format!("/{}", escaped(part))).collect();
    let query: Vec<String> =
        head.query.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    let again = format!("{} {path}?{} HTTP/1.1\r\nHost: x\r\n\r\n", head.method, query.join("&"));
    let again = self::head(again.as_bytes()).unwrap_or_else(|e| panic!("{e:?}: {again:?} of {head:?}"));
    assert_eq!((&again.path, &again.query), (&head.path, &head.query), "{again:?}");
    match route(head) {
        Ok((method, path, id)) => {
            assert!(method == head.method || (method, &*head.method) == ("GET", "HEAD"), "{head:?}: {method}");
            let parts: Vec<&str> = path.split('/').skip(1).collect();
            assert_eq!(parts.len(), head.path.len(), "{path} for {head:?}");
            for (part, came) in parts.iter().zip(&head.path) {
                assert!(part == came || part.starts_with('{') && *came == id && !id.is_empty(), "{path} for {head:?}");
            }
        }
        Err(failure) => {
            assert!([400, 404, 405].contains(&failure.status), "{failure:?} for {head:?}");
            refused(failure);
        }
    }
}

/// An answer is well formed, whatever of the request is repeated in it.
fn refused(failure: Failure) {
    let status = failure.status;
    assert!((400..600).contains(&status), "{failure:?}");
    let bytes = failure.response().bytes(true);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let (head, body) = (std::str::from_utf8(&bytes[..end]).unwrap(), &bytes[end + 4..]);
    let mut lines = head.split("\r\n");
    assert!(lines.next().unwrap().starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    for line in lines {
        let (name, _) = line.split_once(": ").unwrap_or_else(|| panic!("{head}"));
        let known = ["Date", "Connection", "Cache-Control", "X-Content-Type-Options", "Content-Type", "Content-Length"];
        assert!(known.contains(&name) || name == "Allow" && status == 405, "{head}");
        assert!(name != "Content-Length" || line.ends_with(&format!(" {}", body.len())), "{head}");
    }
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
}

fn escaped(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
