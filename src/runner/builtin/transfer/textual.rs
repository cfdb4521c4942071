//! Fields of a text COPY, checked as those of a binary one are.

use super::parts;
use crate::runner::builtin::postgresql::copy::push_text_field;
use crate::runner::builtin::postgresql::types::{Base, Column, Parts};
use crate::runner::builtin::value::encode::Encoder;
use crate::runner::builtin::value::{Misfit, Value, decode, text, unknown};
use crate::words::counted;

/// Writes fields, with the buffers it needs kept from one to the next.
#[derive(Default)]
pub struct Textual {
    encoder: Encoder,
    encoded: Vec<u8>,
    source: Vec<u8>,
    text: String,
}

impl Textual {
    /// Appends `value` for `column`.
    pub fn field(&mut self, value: &Value<'_>, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
        self.put(value, None, column, out)
    }

    /// As [`Textual::field`]; `from` is what a server printed the value as, where one did.
    fn put(
        &mut self,
        value: &Value<'_>,
        from: Option<&Column>,
        column: &Column,
        out: &mut Vec<u8>,
    ) -> Result<(), Misfit> {
        if matches!(value, Value::Null) {
            out.extend_from_slice(b"\\N");
            return Ok(());
        }
        self.text.clear();
        match column.base {
            Base::Other | Base::Inet | Base::Interval => {
                match value {
                    Value::Bytes(_) => return Err(Misfit::new("it is bytes, not text")),
                    value => text::write(value, &mut self.text),
                }
                check_interval(&self.text, column)?;
                let text = std::mem::take(&mut self.text);
                let fits = self.check(&text, from, column);
                self.text = text;
                fits?;
                if self.text.contains('\0') {
                    return Err(Misfit::new("it holds a NUL character, which PostgreSQL's text can't"));
                }
            }
            base => {
                // There and back again: what the binary form would hold is what the text says.
                self.encoded.clear();
                self.encoder.bytes(value, column, &mut self.encoded)?;
                let checked = decode::value(base, &self.encoded)
                    .ok_or_else(|| Misfit::new("it is not in the form of its type"))?;
                text::write(&checked, &mut self.text);
            }
        }
        push_text_field(out, &self.text);
        Ok(())
    }

    /// Whether all that `text` is put together of fits: PostgreSQL rounds the elements of a `numeric(5,2)[]` in
    /// silence. What is not of the type's form is left to the server, which refuses it.
    fn check(&mut self, text: &str, from: Option<&Column>, column: &Column) -> Result<(), Misfit> {
        match (&column.parts, from.map(|from| &from.parts)) {
            (Parts::None, _) => unknown::check(text, column, &mut self.encoder),
            (Parts::Array(to), from) => {
                let from = if let Some(Parts::Array(from)) = from { Some(&**from) } else { None };
                parts::elements(text).try_for_each(|element| self.part(&element, from, to, ""))
            }
            (Parts::Range(to), from) => {
                let from = if let Some(Parts::Range(from)) = from { Some(&**from) } else { None };
                parts::bounds(text).iter().try_for_each(|bound| self.part(bound, from, to, ""))
            }
            (Parts::Row(to), from) => {
                let from = if let Some(Parts::Row(from)) = from { &from[..] } else { &[] };
                for (at, (field, to)) in parts::fields(text).iter().zip(to).enumerate() {
                    if let Some(field) = field {
                        self.part(field, from.get(at), to, &format!("in field {}, ", to.name))?;
                    }
                }
                Ok(())
            }
        }
    }

    fn part(&mut self, text: &str, from: Option<&Column>, to: &Column, place: &str) -> Result<(), Misfit> {
        let mut written = Vec::new();
        let fits = match from {
            Some(from) => self.printed_field(text, from, to, &mut written),
            None => self.field(&Value::Text(text), to, &mut written),
        };
        fits.map_err(|misfit| {
            let shown = Value::Text(text).shown();
            Misfit::new(format!("{place}{shown} does not fit {}: {}", to.type_text(), misfit.why))
        })
    }

    /// Appends a value that a server printed as `from`, for the column `to`.
    pub fn printed_field(
        &mut self,
        printed: &str,
        from: &Column,
        to: &Column,
        out: &mut Vec<u8>,
    ) -> Result<(), Misfit> {
        let malformed = || Misfit::new("it is not in the form of its type");
        let mut source = std::mem::take(&mut self.source);
        source.clear();
        let done = match from.base {
            Base::Text | Base::Label | Base::Xml | Base::Other | Base::Inet | Base::Interval => {
                self.put(&Value::Text(printed), Some(from), to, out)
            }
            Base::Json | Base::Jsonb => self.field(&Value::Json(printed), to, out),
            Base::Bytea => match parse_hex(printed, &mut source) {
                Some(()) => self.field(&Value::Bytes(&source), to, out),
                None => Err(malformed()),
            },
            base => match self.encoder.bytes(&Value::Text(printed), from, &mut source) {
                Ok(()) => match decode::value(base, &source) {
                    Some(value) => self.field(&value, to, out),
                    None => Err(malformed()),
                },
                Err(misfit) => Err(misfit),
            },
        };
        self.source = source;
        done
    }
}

/// PostgreSQL rounds the seconds of an `interval(p)` in silence.
fn check_interval(text: &str, column: &Column) -> Result<(), Misfit> {
    if column.keeps_some_fields() {
        return Err(Misfit::new("the column keeps some fields of an interval only"));
    }
    let most = if column.base == Base::Interval { column.max_decimals().unwrap_or(6) } else { return Ok(()) };
    let fraction = text.rsplit_once('.').map_or("", |(_, after)| after);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).collect::<Vec<_>>();
    let count = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    if count > most as usize {
        return Err(Misfit::new(format!("its seconds have {}", counted(count, "decimal"))));
    }
    Ok(())
}

fn parse_hex(printed: &str, out: &mut Vec<u8>) -> Option<()> {
    let digits = printed.strip_prefix("\\x")?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for pair in digits.chunks(2) {
        let [high, low] = pair else { return None };
        out.push((digit(*high)? << 4 | digit(*low)?) as u8);
    }
    Some(())
}
