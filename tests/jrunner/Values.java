import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Types;
import java.util.HexFormat;

/** Values on their way from one driver to another: rows of a query into a table, in batches, columns by position. */
final class Values implements Batch {
    private final PreparedStatement insert;
    private final int[] types;
    private long waiting;

    Values(Connection dest, String table, ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        insert = dest.prepareStatement(
                "INSERT INTO " + table + " VALUES (" + "?, ".repeat(columns - 1) + "?)");
        types = new int[columns];
        try (var statement = dest.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + table + " WHERE 1 = 0")) {
            for (int i = 0; i < columns && i < none.getMetaData().getColumnCount(); i++) {
                types[i] = none.getMetaData().getColumnType(i + 1);
            }
        }
    }

    /** What a query mode prints: `null` for NULL. */
    static String text(ResultSet rows, int i) throws SQLException {
        Object value = plain(rows.getObject(i));
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof java.math.BigDecimal number) {
            return number.toPlainString();
        }
        return value == null ? null : value instanceof String text ? text : rows.getString(i);
    }

    /** A value without its driver's own classes. */
    private static Object plain(Object value) throws SQLException {
        if (value instanceof Clob text) {
            return text.getSubString(1, (int) text.length());
        }
        if (value instanceof Blob bytes) {
            return bytes.getBytes(1, (int) bytes.length());
        }
        if (value instanceof SQLXML xml) {
            return xml.getString();
        }
        return value;
    }

    @Override
    public void add(ResultSet rows) throws SQLException {
        for (int i = 1; i <= types.length; i++) {
            Object value = plain(rows.getObject(i));
            boolean known = value == null || value instanceof byte[] || value.getClass().getName().startsWith("java");
            if (!known) {
                value = rows.getString(i);
            }
            if (value == null) {
                insert.setNull(i, types[i - 1]);
            } else if (value instanceof byte[] bytes) {
                insert.setBytes(i, bytes);
            } else if (value instanceof String text && isText(types[i - 1])) {
                insert.setString(i, text);
            } else if (value instanceof java.time.OffsetDateTime || types[i - 1] == Types.OTHER) {
                insert.setObject(i, value, value instanceof String ? Types.OTHER : Types.TIMESTAMP_WITH_TIMEZONE);
            } else {
                insert.setObject(i, value, types[i - 1]);
            }
        }
        insert.addBatch();
        waiting++;
    }

    private static boolean isText(int type) {
        return switch (JDBCType.valueOf(type)) {
            case CHAR, VARCHAR, LONGVARCHAR, NCHAR, NVARCHAR, LONGNVARCHAR, CLOB, NCLOB -> true;
            default -> false;
        };
    }

    @Override
    public void write() throws SQLException {
        if (waiting > 0) {
            insert.executeBatch();
            waiting = 0;
        }
    }

    @Override
    public void close() throws SQLException {
        insert.close();
    }
}
