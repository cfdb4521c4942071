//! Reads values from PostgreSQL's binary form.

use super::numeric::Numeric;
use super::{Interval, Value};
use crate::runner::builtin::postgresql::types::Base;

/// The value in `bytes`; `None` where the bytes are not those of this type. What is not taken apart ([`Base::Other`])
/// comes as its bytes.
// Where it is called, as the fields of rows are (`mysql::rows`).
#[inline(always)]
pub fn value(base: Base, bytes: &[u8]) -> Option<Value<'_>> {
    Some(match base {
        Base::Bool => Value::Bool(u8::from_be_bytes(bytes.try_into().ok()?) != 0),
        Base::Int2 => Value::Int(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Base::Int4 => Value::Int(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Base::Int8 => Value::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        Base::Oid => Value::Int(u32::from_be_bytes(bytes.try_into().ok()?).into()),
        Base::Float4 => Value::Float4(f32::from_be_bytes(bytes.try_into().ok()?)),
        Base::Float8 => Value::Float8(f64::from_be_bytes(bytes.try_into().ok()?)),
        Base::Numeric => Value::Numeric(Numeric::read(bytes)?),
        Base::Text | Base::Label | Base::Xml => Value::Text(std::str::from_utf8(bytes).ok()?),
        Base::Json => Value::Json(std::str::from_utf8(bytes).ok()?),
        Base::Jsonb => Value::Json(std::str::from_utf8(bytes.strip_prefix(&[1])?).ok()?),
        Base::Bytea | Base::Other => Value::Bytes(bytes),
        Base::Date => Value::Date(i32::from_be_bytes(bytes.try_into().ok()?)),
        Base::Time => Value::Time(i64::from_be_bytes(bytes.try_into().ok()?)),
        Base::TimeTz => {
            let (micros, west) = bytes.split_first_chunk::<8>()?;
            Value::TimeTz(i64::from_be_bytes(*micros), i32::from_be_bytes(west.try_into().ok()?))
        }
        Base::Timestamp => Value::Timestamp(i64::from_be_bytes(bytes.try_into().ok()?)),
        Base::TimestampTz => Value::TimestampTz(i64::from_be_bytes(bytes.try_into().ok()?)),
        Base::Interval => {
            let (micros, rest) = bytes.split_first_chunk::<8>()?;
            let (days, months) = rest.split_first_chunk::<4>()?;
            Value::Interval(Interval {
                micros: i64::from_be_bytes(*micros),
                days: i32::from_be_bytes(*days),
                months: i32::from_be_bytes(months.try_into().ok()?),
            })
        }
        Base::Uuid if bytes.len() == 16 => Value::Uuid(bytes),
        Base::Inet if matches!(bytes.len(), 8 | 20) => Value::Inet(bytes),
        Base::Uuid | Base::Inet => return None,
    })
}
