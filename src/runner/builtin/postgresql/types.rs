//! The types of PostgreSQL columns, as far as moving values depends on them.

use super::modifiers::Modifiers;
use crate::runner::builtin::value::numeric::Digits;
use postgres::Column as Described;
use postgres::types::{Field, Kind, Type};

/// What sort of value a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `boolean`
    Bool,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `oid`
    Oid,
    /// `real`
    Float4,
    /// `double precision`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`, `varchar`, `char(n)`, `name`, `citext`: UTF-8 bytes as they are.
    Text,
    /// An enum: its label.
    Label,
    /// `xml`
    Xml,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `time with time zone`
    TimeTz,
    /// `timestamp`
    Timestamp,
    /// `timestamp with time zone`
    TimestampTz,
    /// `interval`
    Interval,
    /// `uuid`
    Uuid,
    /// `json`
    Json,
    /// `jsonb`: a version byte, then JSON text.
    Jsonb,
    /// `inet`, `cidr`
    Inet,
    /// Anything else: its binary form is not taken apart here.
    Other,
}

/// A column of a query or a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What sort of value it has.
    pub base: Base,
    /// The type's id; the same in every database for the types that come with PostgreSQL only.
    pub oid: u32,
    /// The type's modifier: length, precision, scale. -1 for none.
    pub typmod: i32,
    /// The type's name without its modifier.
    pub type_name: String,
    /// Whether the binary form means the same in another database that has a type of this name.
    portable: bool,
    /// What an array holds. The array's modifier is that of each element.
    pub element: Option<Box<Column>>,
    /// What a composite type is made of.
    pub fields: Vec<Column>,
}

/// Types whose binary form holds nothing that belongs to one database (such as the id of a type).
const PORTABLE: [Type; 20] = [
    Type::BIT,
    Type::VARBIT,
    Type::MACADDR,
    Type::MACADDR8,
    Type::CHAR,
    Type::POINT,
    Type::LSEG,
    Type::PATH,
    Type::BOX,
    Type::POLYGON,
    Type::LINE,
    Type::CIRCLE,
    Type::TS_VECTOR,
    Type::TSQUERY,
    Type::JSONPATH,
    Type::PG_LSN,
    Type::TXID_SNAPSHOT,
    Type::PG_SNAPSHOT,
    Type::XID8,
    Type::TID,
];

/// Types of extensions whose binary form is self-contained.
const PORTABLE_EXTENSIONS: [&str; 5] = ["citext", "hstore", "geometry", "geography", "vector"];

/// Ids from here on are given out by each database for itself.
const FIRST_OWN_OID: u32 = 16_384;

impl Column {
    /// The column as the server describes it. Domains come as the type beneath them.
    pub fn of(described: &Described, modifiers: &Modifiers) -> Column {
        Column::typed(described.name(), described.type_(), described.type_modifier(), modifiers)
    }

    fn typed(name: &str, kind: &Type, typmod: i32, modifiers: &Modifiers) -> Column {
        let (mut element, mut fields) = (None, Vec::new());
        match kind.kind() {
            Kind::Array(kind) => element = Some(Box::new(Column::typed(name, kind, typmod, modifiers))),
            Kind::Domain(beneath) => return Column::typed(name, beneath, modifiers.of(kind, 0), modifiers),
            Kind::Composite(parts) => {
                let typed =
                    |(i, f): (usize, &Field)| Column::typed(f.name(), f.type_(), modifiers.of(kind, i), modifiers);
                fields = parts.iter().enumerate().map(typed).collect();
            }
            _ => {}
        }
        Column {
            name: name.to_owned(),
            base: base(kind),
            oid: kind.oid(),
            typmod,
            type_name: kind.name().to_owned(),
            portable: portable(kind),
            element,
            fields,
        }
    }

    /// The type as SQL writes it.
    pub fn type_text(&self) -> String {
        if let Some(element) = &self.element {
            return format!("{}[]", element.type_text());
        }
        let name = match self.type_name.as_str() {
            "bpchar" => "char",
            "bool" => "boolean",
            "int2" => "smallint",
            "int4" => "integer",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            name => name,
        };
        if let (Base::Numeric, Some(Digits { precision, scale })) = (self.base, self.digits()) {
            return format!("numeric({precision},{scale})");
        }
        match (self.max_characters(), self.max_decimals()) {
            (Some(length), _) if self.typmod >= 0 => format!("{name}({length})"),
            (_, Some(decimals)) => format!("{name}({decimals})"),
            _ => name.to_owned(),
        }
    }

    /// The precision and scale of a `numeric(p,s)`.
    pub fn digits(&self) -> Option<Digits> {
        (self.base == Base::Numeric).then(|| Digits::of(self.typmod)).flatten()
    }

    /// How many characters fit, where that is limited.
    pub fn max_characters(&self) -> Option<usize> {
        match self.oid {
            // 63 bytes; the encoder sees to names with letters beyond ASCII.
            _ if self.is_name() => Some(63),
            _ if self.base == Base::Text && self.typmod >= 4 => Some((self.typmod - 4) as usize),
            _ => None,
        }
    }

    /// Whether it is a `name`, which holds 63 bytes, and cuts what is longer.
    pub fn is_name(&self) -> bool {
        self.oid == Type::NAME.oid()
    }

    /// How many decimals of a second are kept, where that is limited.
    pub fn max_decimals(&self) -> Option<u32> {
        match self.base {
            Base::Time | Base::TimeTz | Base::Timestamp | Base::TimestampTz if self.typmod >= 0 => {
                Some(self.typmod as u32)
            }
            // The low half is the precision, 0xffff for none; the high half says which fields there are.
            Base::Interval if self.typmod >= 0 && self.typmod & 0xffff != 0xffff => Some((self.typmod & 0xffff) as u32),
            _ => None,
        }
        .filter(|decimals| *decimals < 6)
    }

    /// An `interval` that keeps some fields only, such as `interval year to month`.
    pub fn keeps_some_fields(&self) -> bool {
        self.base == Base::Interval && self.typmod >= 0 && (self.typmod >> 16) & 0x7fff != 0x7fff
    }

    /// Whether it, or a part of it, holds less than its type's name says.
    pub fn is_narrow(&self) -> bool {
        self.typmod >= 0
            || self.element.as_deref().is_some_and(Column::is_narrow)
            || self.fields.iter().any(Column::is_narrow)
    }

    /// Whether values of `source` have the very bytes that this column takes.
    pub fn same_bytes(&self, source: &Column) -> bool {
        if self.base == Base::Text && source.base == Base::Text
            || self.base == Base::Label && source.base == Base::Label
        {
            return true;
        }
        let same_type = if self.oid < FIRST_OWN_OID {
            self.oid == source.oid
        } else {
            source.oid >= FIRST_OWN_OID && self.type_name == source.type_name
        };
        same_type && self.portable && source.portable
    }

    /// Whether every value of `source`, which has the same bytes, fits this column.
    pub fn holds_all_of(&self, source: &Column) -> bool {
        if self.oid == source.oid && self.typmod == source.typmod {
            return true;
        }
        match self.base {
            Base::Numeric => match (self.digits(), source.digits()) {
                (None, _) => true,
                (Some(ours), Some(theirs)) => ours.hold(theirs),
                (Some(_), None) => false,
            },
            Base::Text => match (self.max_characters(), source.max_characters()) {
                (None, _) => true,
                (Some(ours), Some(theirs)) => !self.is_name() && ours >= theirs,
                (Some(_), None) => false,
            },
            Base::Time | Base::TimeTz | Base::Timestamp | Base::TimestampTz | Base::Interval => {
                !self.keeps_some_fields()
                    && match (self.max_decimals(), source.max_decimals()) {
                        (None, _) => true,
                        (Some(ours), Some(theirs)) => ours >= theirs,
                        (Some(_), None) => false,
                    }
            }
            // Bits are refused by the server when they are too many, never cut.
            Base::Other => self.typmod == source.typmod || matches!(self.oid, 1560 | 1562),
            _ => true,
        }
    }
}

fn base(kind: &Type) -> Base {
    match *kind {
        Type::BOOL => Base::Bool,
        Type::INT2 => Base::Int2,
        Type::INT4 => Base::Int4,
        Type::INT8 => Base::Int8,
        Type::OID => Base::Oid,
        Type::FLOAT4 => Base::Float4,
        Type::FLOAT8 => Base::Float8,
        Type::NUMERIC => Base::Numeric,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Base::Text,
        Type::XML => Base::Xml,
        Type::BYTEA => Base::Bytea,
        Type::DATE => Base::Date,
        Type::TIME => Base::Time,
        Type::TIMETZ => Base::TimeTz,
        Type::TIMESTAMP => Base::Timestamp,
        Type::TIMESTAMPTZ => Base::TimestampTz,
        Type::INTERVAL => Base::Interval,
        Type::UUID => Base::Uuid,
        Type::JSON => Base::Json,
        Type::JSONB => Base::Jsonb,
        Type::INET | Type::CIDR => Base::Inet,
        _ => match kind.kind() {
            Kind::Enum(_) => Base::Label,
            Kind::Simple if kind.name() == "citext" => Base::Text,
            _ => Base::Other,
        },
    }
}

fn portable(kind: &Type) -> bool {
    if base(kind) != Base::Other || PORTABLE.contains(kind) {
        return true;
    }
    match kind.kind() {
        // The binary form of an array names its element's type.
        Kind::Array(element) => element.oid() < FIRST_OWN_OID && portable(element),
        Kind::Range(element) | Kind::Multirange(element) => kind.oid() < FIRST_OWN_OID && portable(element),
        Kind::Simple => PORTABLE_EXTENSIONS.contains(&kind.name()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &Type, typmod: i32) -> Column {
        Column::typed("c", kind, typmod, &Modifiers::default())
    }

    fn numeric(precision: i32, scale: i32) -> Column {
        column(&Type::NUMERIC, ((precision << 16) | (scale & 0x7ff)) + 4)
    }

    #[test]
    fn wider_columns_hold_narrower_ones() {
        let varchar = |n: i32| column(&Type::VARCHAR, n + 4);
        let text = column(&Type::TEXT, -1);
        let stamp = |p: i32| column(&Type::TIMESTAMP, p);
        let cases = [
            (numeric(10, 2), numeric(10, 2), true),
            (numeric(10, 2), numeric(8, 1), true),
            (numeric(10, 2), numeric(10, 3), false),
            (numeric(10, 2), numeric(10, 1), false),
            (numeric(10, 2), column(&Type::NUMERIC, -1), false),
            (column(&Type::NUMERIC, -1), numeric(10, 2), true),
            (varchar(5), varchar(5), true),
            (varchar(5), varchar(6), false),
            (varchar(6), varchar(5), true),
            (varchar(6), text.clone(), false),
            (text.clone(), varchar(6), true),
            (column(&Type::NAME, -1), varchar(9), false),
            (stamp(3), stamp(-1), false),
            (stamp(3), stamp(0), true),
            (stamp(-1), stamp(3), true),
            (stamp(6), stamp(-1), true),
        ];
        for (dest, source, expected) in cases {
            assert!(dest.same_bytes(&source), "{} from {}", dest.type_text(), source.type_text());
            assert_eq!(dest.holds_all_of(&source), expected, "{} from {}", dest.type_text(), source.type_text());
        }
    }

    #[test]
    fn bytes_are_the_same_for_the_same_type_only() {
        let cases = [
            (Type::INT4, Type::INT4, true),
            (Type::INT4, Type::INT8, false),
            (Type::TEXT, Type::BPCHAR, true),
            (Type::INT4_ARRAY, Type::INT4_ARRAY, true),
            (Type::INT4_RANGE, Type::INT4_RANGE, true),
            (Type::JSONB, Type::JSON, false),
            (Type::MONEY, Type::MONEY, false),
            (Type::RECORD, Type::RECORD, false),
        ];
        for (dest, source, expected) in cases {
            assert_eq!(column(&dest, -1).same_bytes(&column(&source, -1)), expected, "{dest} {source}");
        }
    }

    #[test]
    fn types_are_named_as_sql_names_them() {
        for (kind, typmod, text) in [
            (Type::NUMERIC, ((10 << 16) | 2) + 4, "numeric(10,2)"),
            (Type::VARCHAR, 9, "varchar(5)"),
            (Type::BPCHAR, 9, "char(5)"),
            (Type::TIMESTAMPTZ, 3, "timestamptz(3)"),
            (Type::INT4, -1, "integer"),
            (Type::TEXT, -1, "text"),
            (Type::NAME, -1, "name"),
        ] {
            assert_eq!(column(&kind, typmod).type_text(), text);
        }
    }
}
