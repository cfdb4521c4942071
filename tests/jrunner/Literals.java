import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;

/** Rows of a query into a table by INSERTs of many rows, which hold the values as literals. */
final class Literals implements Batch {
    private final Statement statement;
    private final String table;
    private StringJoiner waiting;

    Literals(Connection dest, String table) throws SQLException {
        statement = dest.createStatement();
        this.table = table;
    }

    @Override
    public void add(ResultSet rows) throws SQLException {
        StringJoiner row = new StringJoiner(", ", "(", ")");
        int columns = rows.getMetaData().getColumnCount();
        for (int i = 1; i <= columns; i++) {
            boolean plain = rows.getObject(i) instanceof Number;
            String value = Values.text(rows, i);
            row.add(value == null ? "NULL" : plain ? value : "'" + value.replace("'", "''") + "'");
        }
        if (waiting == null) {
            waiting = new StringJoiner(", ", "INSERT INTO " + table + " VALUES ", "");
        }
        waiting.add(row.toString());
    }

    @Override
    public void write() throws SQLException {
        if (waiting != null) {
            statement.executeUpdate(waiting.toString());
            waiting = null;
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
