import java.sql.ResultSet;
import java.sql.SQLException;

/** Where rows wait until there are enough of them to be written. */
interface Batch extends AutoCloseable {
    void add(ResultSet rows) throws SQLException;

    void write() throws SQLException;

    @Override
    void close() throws SQLException;
}
