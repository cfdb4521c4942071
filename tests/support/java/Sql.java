import java.nio.charset.StandardCharsets;
import java.sql.*;

/** Runs what standard input holds, one NUL between calls, each by one Statement.execute with autocommit on. */
public class Sql {
    static String field(String text) {
        return text == null ? "\\N" : text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    public static void main(String[] args) throws Exception {
        String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        java.io.PrintStream out = new java.io.PrintStream(System.out, false, "UTF-8");
        try (Connection connection = DriverManager.getConnection(args[0], "sa", "")) {
            for (String sql : input.split("\0")) {
                try (Statement statement = connection.createStatement()) {
                    if (statement.execute(sql)) {
                        ResultSet rows = statement.getResultSet();
                        int columns = rows.getMetaData().getColumnCount();
                        while (rows.next()) {
                            out.print("row");
                            for (int i = 1; i <= columns; i++) out.print("\t" + field(rows.getString(i)));
                            out.print("\n");
                        }
                    }
                } catch (SQLException e) {
                    out.print("error\t" + field(e.getMessage()) + "\n");
                }
                out.print("end\n");
            }
        }
        out.flush();
    }
}
