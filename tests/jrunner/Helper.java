import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.apache.derby.drda.NetworkServerControl;

/**
 * H2 and Derby as servers of the test program's own, and what the tests themselves ask a JDBC database by: one process for all of them, as a JVM takes long to start. A line in
 * is a URL, user, password and SQL, each in hex, and a word more where the SQL is to be one call; a line out is {@code ok} or {@code error}, and rows or words in hex.
 */
public final class Helper {
    public static void main(String[] args) throws Exception {
        System.setProperty("derby.system.home", args[0]);
        System.setProperty("derby.stream.error.file", "/dev/null");
        var h2 = org.h2.tools.Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        int derby;
        try (ServerSocket free = new ServerSocket(0)) {
            derby = free.getLocalPort();
        }
        new NetworkServerControl(InetAddress.getLoopbackAddress(), derby).start(null);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println(h2.getPort() + " " + derby);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split(" ", -1);
            String[] said = new String[parts.length];
            for (int i = 0; i < parts.length; i++) {
                said[i] = new String(HexFormat.of().parseHex(parts[i]), StandardCharsets.UTF_8);
            }
            String word = "ok";
            String text;
            try {
                text = said.length > 4
                        ? whole(said[0], said[1], said[2], said[3])
                        : run(said[0], said[1], said[2], said[3]);
            } catch (SQLException error) {
                word = "error";
                text = error.toString();
            }
            out.println(word + " " + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)));
        }
        // The servers' threads would keep it alive.
        System.exit(0);
    }

    /** Runs SQL, statement by statement, and gives the last one's rows, a line each. */
    private static String run(String url, String user, String password, String sql) throws SQLException {
        StringBuilder rows = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            for (String one : sql.split(";\\s*(?=\\S|$)")) {
                if (one.isBlank() || !statement.execute(one)) {
                    continue;
                }
                rows.setLength(0);
                try (ResultSet result = statement.getResultSet()) {
                    int columns = result.getMetaData().getColumnCount();
                    while (result.next()) {
                        for (int i = 1; i <= columns; i++) {
                            String value = Values.text(result, i);
                            rows.append(i > 1 ? "|" : "").append(value == null ? "NULL" : value);
                        }
                        rows.append('\n');
                    }
                }
            }
        }
        return rows.toString();
    }

    /** Runs SQL by one call, as a runner does that knows no statements: fields end in U+001F, rows in U+001E. */
    private static String whole(String url, String user, String password, String sql) throws SQLException {
        StringBuilder rows = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                ResultSet result = statement.getResultSet();
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    for (int i = 1; i <= columns; i++) {
                        String value = result.getString(i);
                        rows.append(value == null ? "\0" : value).append('\u001f');
                    }
                    rows.append('\u001e');
                }
            }
        }
        return rows.toString();
    }
}
