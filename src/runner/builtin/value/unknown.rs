//! Types that are given to the server as text: what it would change in silence as it reads them.

use super::encode::Encoder;
use super::numeric::{self, Digits, Numeric};
use super::{Misfit, Value};
use crate::runner::builtin::postgresql::types::Column;
use postgres::types::Type;

/// Refuses `text` where a column of one of these types would make something else of it.
pub fn check(text: &str, column: &Column, encoder: &mut Encoder) -> Result<(), Misfit> {
    match Type::from_oid(column.oid) {
        // It takes the first byte of any text.
        Some(Type::CHAR) if text.len() > 1 => Err(Misfit::new("it is longer than a byte")),
        Some(Type::MONEY) => amount(text),
        Some(Type::POINT | Type::LINE | Type::LSEG | Type::BOX | Type::PATH | Type::POLYGON | Type::CIRCLE) => {
            let numbers = text.split(|c: char| c.is_whitespace() || "()[]{}<>,;".contains(c));
            numbers.filter(|number| !number.is_empty()).try_for_each(|number| {
                encoder
                    .double(&Value::Text(number))
                    .map(drop)
                    .map_err(|misfit| Misfit::new(format!("{number} does not fit double precision: {}", misfit.why)))
            })
        }
        _ => Ok(()),
    }
}

/// `money` rounds to cents, and passes over any comma. What stands here is read so wherever a point stands before the
/// cents.
fn amount(text: &str) -> Result<(), Misfit> {
    let not_one = || Misfit::new("it is not an amount as 1234.50");
    let text = text.trim_ascii();
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let text = text.strip_prefix('-').unwrap_or(text);
    let text = text.strip_prefix('$').unwrap_or(text);
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    if whole.contains(',') && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(not_one());
    }
    let mut digits = Vec::new();
    numeric::write_parsed(&mut digits, &text.replace(',', "")).map_err(|_| not_one())?;
    Numeric::read(&digits)
        .filter(|number| !number.is_special())
        .ok_or_else(not_one)?
        .fits(Digits { precision: 19, scale: 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for text in ["0", "12", "12.5", "-12.50", "$1,234.50", "-$1,234,567.00", "($12.00)", " 7 ", "12.500"] {
            assert_eq!(amount(text), Ok(()), "{text}");
        }
        for text in ["", "12.345", "12,50", "1,23,456", "1234,567", "12,50 €", "€12", "1e400", "NaN", "Infinity"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
