//! Several texts in one input.

/// The texts that bytes FF, which are in none, separate. `None` where one is no UTF-8.
pub fn fields(data: &[u8]) -> Option<Vec<&str>> {
    data.split(|byte| *byte == 0xff).map(|field| std::str::from_utf8(field).ok()).collect()
}
