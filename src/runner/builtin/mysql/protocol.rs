//! What the server answers: that it is done, that it refuses, and the columns of rows.

use super::failure::{self, Trouble};
use super::wire::Parser;

/// What the server said when it was done.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many rows were touched.
    pub rows: u64,
    /// Flags of the session.
    pub status: u16,
    /// How often it has something to remark.
    pub warnings: u16,
}

impl Done {
    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.status & 1 != 0
    }

    /// Whether answers to further statements follow.
    pub fn has_more(&self) -> bool {
        self.status & 8 != 0
    }

    /// Whether a backslash in a literal is a backslash.
    pub fn no_backslash_escapes(&self) -> bool {
        self.status & 0x200 != 0
    }
}

/// What a packet says that can be nothing else than done, or refused.
pub fn answer_of(packet: &[u8]) -> Result<Done, Trouble> {
    if let Some(error) = failure::parse(packet) {
        return Err(Trouble::Server(error));
    }
    let Some(rest) = packet.strip_prefix(&[0]) else { return Err(Trouble::Garbled) };
    let mut parser = Parser(rest);
    let mut read = || {
        let rows = parser.number()?;
        parser.number()?;
        Some(Done { rows, status: parser.two()?, warnings: parser.two()? })
    };
    read().ok_or(Trouble::Garbled)
}

/// The end of columns or rows, if it is that.
#[inline]
pub fn end_of(packet: &[u8]) -> Option<Done> {
    match packet {
        [0xfe, rest @ ..] if packet.len() < 9 => {
            let mut parser = Parser(rest);
            let warnings = parser.two().unwrap_or(0);
            Some(Done { rows: 0, status: parser.two().unwrap_or(0), warnings })
        }
        _ => None,
    }
}

/// What sort of value a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// NULL, always.
    Null,
    /// `tinyint`
    Tiny,
    /// `smallint`, and `year`.
    Short,
    /// `int` and `mediumint`
    Long,
    /// `bigint`
    LongLong,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `decimal`, as text.
    Decimal,
    /// `bit`: its bytes, the highest first.
    Bit,
    /// `date`
    Date,
    /// `datetime`, which is in no zone.
    DateTime,
    /// `timestamp`, which is an instant.
    Timestamp,
    /// `time`
    Time,
    /// MySQL's own JSON, as text.
    Json,
    /// Text, labels of enums and sets.
    Text,
    /// Bytes.
    Bytes,
    /// A geometry.
    Geometry,
}

/// A column of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What sort of value it has.
    pub kind: Kind,
    /// Whether numbers have no sign.
    pub unsigned: bool,
    /// Its length, in the unit of its type: of `bit`, how many bits.
    pub length: u32,
    /// How many decimals; 31 for none that are fixed.
    pub decimals: u8,
}

impl Column {
    /// Its type as SQL writes it: one that holds all that it may have.
    pub fn type_text(&self) -> String {
        let decimals = if self.decimals > 6 { 0 } else { self.decimals };
        match self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Tiny | Kind::Short | Kind::Long => "bigint".to_owned(),
            Kind::LongLong if self.unsigned => "bigint unsigned".to_owned(),
            Kind::LongLong => "bigint".to_owned(),
            Kind::Float => "float".to_owned(),
            Kind::Double => "double".to_owned(),
            Kind::Decimal => format!("decimal(65,{})", self.decimals),
            Kind::Bit => format!("bit({})", self.length),
            Kind::Date => "date".to_owned(),
            Kind::DateTime => format!("datetime({decimals})"),
            Kind::Timestamp => format!("timestamp({decimals})"),
            Kind::Time => format!("time({decimals})"),
            Kind::Json => "json".to_owned(),
            Kind::Text => "longtext".to_owned(),
            Kind::Bytes => "longblob".to_owned(),
            Kind::Geometry => "geometry".to_owned(),
        }
    }
}

/// A column as the server describes it.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html>
pub fn column(packet: &[u8]) -> Option<Column> {
    const BINARY: u16 = 63;
    const UNSIGNED: u16 = 1 << 5;
    let mut parser = Parser(packet);
    for _ in 0..4 {
        parser.counted()?;
    }
    let name = String::from_utf8_lossy(parser.counted()?).into_owned();
    parser.counted()?;
    parser.number()?;
    let charset = parser.two()?;
    let length = parser.four()?;
    let code = parser.byte()?;
    let flags = parser.two()?;
    let decimals = parser.byte()?;
    let kind = match code {
        1 => Kind::Tiny,
        2 | 13 => Kind::Short,
        3 | 9 => Kind::Long,
        8 => Kind::LongLong,
        4 => Kind::Float,
        5 => Kind::Double,
        0 | 246 => Kind::Decimal,
        6 => Kind::Null,
        7 | 17 => Kind::Timestamp,
        10 | 14 => Kind::Date,
        11 | 19 => Kind::Time,
        12 | 18 => Kind::DateTime,
        16 => Kind::Bit,
        245 => Kind::Json,
        255 => Kind::Geometry,
        _ if charset == BINARY => Kind::Bytes,
        _ => Kind::Text,
    };
    Some(Column { name, kind, unsigned: flags & UNSIGNED != 0, length, decimals })
}
