//! The words by which an expression is told from the name behind it.

/// What MySQL takes between SELECT and the list ("SELECT Statement").
pub(super) const MYSQL_MODIFIERS: &[&str] = &[
    "ALL",
    "DISTINCT",
    "DISTINCTROW",
    "HIGH_PRIORITY",
    "STRAIGHT_JOIN",
    "SQL_SMALL_RESULT",
    "SQL_BIG_RESULT",
    "SQL_BUFFER_RESULT",
    "SQL_CACHE",
    "SQL_NO_CACHE",
    "SQL_CALC_FOUND_ROWS",
];

/// What joins the rows of several SELECTs.
pub(super) const SET_OPERATORS: &[&str] = &["UNION", "INTERSECT", "EXCEPT", "MINUS"];

/// Words that no name is, where they stand at the end of an expression.
pub(super) const ENDINGS: &[&str] = &["NULL", "TRUE", "FALSE", "UNKNOWN", "END", "ISNULL", "NOTNULL"];

/// Words that want an operand behind them: what follows is no name.
pub(super) const OPERATORS: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AT",
    "BETWEEN",
    "BINARY",
    "CASE",
    "COLLATE",
    "CONNECT_BY_ROOT",
    "CURRENT",
    "DISTINCT",
    "DIV",
    "ELSE",
    "ESCAPE",
    "EXISTS",
    "FOR",
    "FROM",
    "GLOB",
    "ILIKE",
    "IN",
    "INTERVAL",
    "IS",
    "LIKE",
    "MATCH",
    "MOD",
    "NOT",
    "OF",
    "OR",
    "OVER",
    "OVERLAPS",
    "PRIOR",
    "REGEXP",
    "RLIKE",
    "SIMILAR",
    "SOME",
    "SOUNDS",
    "THEN",
    "TO",
    "UNIQUE",
    "WHEN",
    "WITH",
    "WITHOUT",
    "XOR",
];

/// Words that are a value by themselves, which the database names.
pub(super) const VALUES: &[&str] = &[
    "NULL",
    "TRUE",
    "FALSE",
    "DEFAULT",
    "USER",
    "SYSDATE",
    "ROWNUM",
    "CURRENT_CATALOG",
    "CURRENT_DATE",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "SESSION_USER",
    "SYSTEM_USER",
    "SYSTIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
];

/// Units of a length of time.
pub(super) const UNITS: &[&str] = &[
    "YEAR",
    "YEARS",
    "QUARTER",
    "MONTH",
    "MONTHS",
    "WEEK",
    "DAY",
    "DAYS",
    "HOUR",
    "HOURS",
    "MINUTE",
    "MINUTES",
    "SECOND",
    "SECONDS",
    "MICROSECOND",
    "MICROSECONDS",
];

/// What may stand directly before a string as part of it: `N'…'`, `x'…'`.
pub(super) const STRING_PREFIXES: &[&str] = &["B", "BX", "E", "G", "GX", "N", "U", "UX", "X"];

/// What makes a typed value of a string in MySQL ("Date and Time Literals").
pub(super) const TYPED_STRINGS: &[&str] = &["DATE", "TIME", "TIMESTAMP"];
