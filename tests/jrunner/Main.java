import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A bulk-copy program with jrunner's command line, over whatever JDBC driver is on its class path: what the tests drive
 * where a shop has its jrunner. Versions in the field differ, so that this one can be told to behave like any of them, by
 * a file {@code manners} beside its {@code lib} folder, one a line. What it does at its end it does {@code only} after
 * SQL with that text in it, where this is one of them.
 */
public final class Main {
    private final Map<String, String> manners;
    private final PrintStream out;
    // What is asked for each value of a row is looked up once: it is a million times 25, where it is measured.
    private final boolean scientific, cutsFraction, noWide, trims, ascii, noQuotes, nullLikeEmpty, alwaysQuotes;
    private final String delimiter, none;

    private Main(Map<String, String> manners) {
        this.manners = manners;
        var stream = new java.io.BufferedOutputStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), 1 << 16);
        this.out = new PrintStream(stream, !has("no-flush"), StandardCharsets.UTF_8);
        scientific = has("scientific");
        cutsFraction = has("cut-fraction");
        noWide = has("no-wide");
        trims = has("trim");
        ascii = has("ascii");
        noQuotes = has("no-quotes");
        nullLikeEmpty = has("null-like-empty");
        alwaysQuotes = has("always-quotes");
        delimiter = has("tsv") ? "\t" : manners.getOrDefault("delimiter", ",");
        none = manners.getOrDefault("null", "");
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(System.getProperty("java.class.path").split(":")[0]).toAbsolutePath().getParent().getParent();
        Map<String, String> manners = new HashMap<>();
        for (String line : Files.readAllLines(home.resolve("manners"))) {
            String[] parts = line.split("=", 2);
            manners.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        new Main(manners).run(home, args);
    }

    private boolean has(String manner) {
        return manners.containsKey(manner);
    }

    private long number(String manner, long otherwise) {
        return has(manner) ? Long.parseLong(manners.get(manner)) : otherwise;
    }

    private void run(Path home, String[] args) throws Exception {
        Map<String, String> flags = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            flags.put(args[i], args[i + 1]);
        }
        String mode = flags.containsKey("-dcu") ? "transfer" : "query";
        Files.writeString(home.resolve("starts"), mode + " " + ProcessHandle.current().pid() + "\n",
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (has("ignore-term")) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> sleep(600_000)));
        }
        if (has("child")) {
            new ProcessBuilder("setsid", "sleep", "600").inheritIO().start();
        }
        if (has("echo")) {
            out.println("called with " + String.join(" ", args));
        }
        if (has("echo-stderr")) {
            System.err.println("called with " + String.join(" ", args));
        }
        long noise = has("restless") ? Files.readAllLines(home.resolve("starts")).size() % 3 : number("noise", 0);
        for (long i = 0; i < noise; i++) {
            out.println("INFO starting, step " + i);
        }
        sleep(number("slow-start", 0));
        if ("start".equals(manners.get("hang"))) {
            sleep(600_000);
        }
        String sql = Files.readString(Path.of(flags.get("-sq")));
        try (Connection source = connect(flags, "-scu", "-scn", "-scp")) {
            if (mode.equals("transfer")) {
                try (Connection dest = connect(flags, "-dcu", "-dcn", "-dcp")) {
                    transfer(source, sql, dest, flags.get("-dt"));
                }
            } else {
                query(source, sql);
            }
        } catch (SQLException error) {
            fail(error);
        }
        out.flush();
        boolean isIt = sql.contains(manners.getOrDefault("only", ""));
        if (isIt && "end".equals(manners.get("hang"))) {
            sleep(600_000);
        }
        if (isIt && has("die-at-end")) {
            Runtime.getRuntime().halt(137);
        }
        // No hook keeps it from an end of its own.
        Runtime.getRuntime().halt(0);
    }

    private static Connection connect(Map<String, String> flags, String url, String user, String password)
            throws SQLException {
        return DriverManager.getConnection(flags.get(url), flags.get(user), flags.get(password));
    }

    private void fail(SQLException error) {
        if (!has("silent-errors")) {
            PrintStream to = has("errors-on-stdout") ? out : System.err;
            error.printStackTrace(to);
        }
        out.flush();
        System.exit(has("exit-0") || has("silent-errors") ? 0 : 1);
    }

    private void query(Connection connection, String sql) throws SQLException {
        connection.setAutoCommit(!has("autocommit-off") && !has("autocommit-off-commit"));
        try (Statement statement = connection.createStatement()) {
            if (has("first-statement")) {
                sql = firstOf(sql);
            }
            boolean rows = has("execute-query") || statement.execute(sql);
            if (has("execute-query")) {
                try (ResultSet result = statement.executeQuery(sql)) {
                    print(result);
                }
            } else if (rows) {
                try (ResultSet result = statement.getResultSet()) {
                    print(result);
                }
            }
        }
        if (has("autocommit-off-commit")) {
            connection.commit();
        } else if (has("autocommit-off")) {
            connection.rollback();
        }
    }

    /** What stands before the first semicolon that is in no text. */
    private static String firstOf(String script) {
        boolean text = false;
        for (int i = 0; i < script.length(); i++) {
            char c = script.charAt(i);
            text ^= c == '\'';
            if (c == ';' && !text) {
                return script.substring(0, i);
            }
        }
        return script;
    }

    private void print(ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        if (!has("no-header")) {
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                String name = rows.getMetaData().getColumnLabel(i);
                names.add(has("plain-header") ? name : field(name));
            }
            out.println(String.join(delimiter, names));
        }
        long count = 0;
        while (rows.next()) {
            List<String> fields = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                String value = Values.text(rows, i);
                if (scientific && rows.getObject(i) instanceof java.math.BigDecimal number) {
                    value = Double.toString(number.doubleValue());
                }
                if (cutsFraction && value != null) {
                    value = value.replaceAll("^(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)\\.\\d+$", "$1");
                }
                if (noWide && value != null) {
                    value = value.replaceAll("[\\x{10000}-\\x{10FFFF}]", "?");
                }
                fields.add(field(value));
            }
            String line = String.join(delimiter, fields);
            if (has("cut") && count == number("cut", 0)) {
                out.print(line.substring(0, line.length() - 1));
                out.flush();
                Runtime.getRuntime().halt((int) number("die-with", 0));
            }
            out.println(line);
            if (has("pause") && count == number("pause", 0)) {
                out.flush();
                sleep(600_000);
            }
            if (has("invalid-utf8")) {
                out.write(0xff);
                out.println();
            }
            count++;
        }
        if (has("query-summary")) {
            out.println(count + " rows");
        }
    }

    private String field(String value) {
        if (value == null) {
            return none;
        }
        if (trims) {
            value = value.strip();
        }
        if (ascii) {
            value = value.replaceAll("[^\\x00-\\x7f]", "?");
        }
        if (noQuotes || nullLikeEmpty && value.isEmpty()) {
            return value;
        }
        // A pattern would be compiled for each field.
        boolean needs = value.isEmpty() || value.contains(delimiter) || value.indexOf('"') >= 0 || value.indexOf(',') >= 0
                || value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || !value.strip().equals(value)
                || alwaysQuotes;
        return needs ? "\"" + value.replace("\"", "\"\"") + "\"" : value;
    }

    private void transfer(Connection source, String sql, Connection dest, String table) throws SQLException {
        source.setAutoCommit(false);
        dest.setAutoCommit(false);
        long every = number("batch", 1000);
        long count = 0;
        try (Statement statement = source.createStatement()) {
            statement.setFetchSize((int) every);
            try (ResultSet rows = statement.executeQuery(sql);
                    Batch into = has("literals") ? new Literals(dest, table) : new Values(dest, table, rows)) {
                while (rows.next()) {
                    into.add(rows);
                    if (++count % every == 0) {
                        into.write();
                        if (has("commit-often") || has("die-after")) {
                            dest.commit();
                        }
                        say(count + " rows so far");
                        if (has("die-after") && count >= number("die-after", 0)) {
                            out.flush();
                            Runtime.getRuntime().halt((int) number("die-with", 0));
                        }
                    }
                }
                into.write();
            }
        }
        dest.commit();
        source.rollback();
        for (long i = 0; i < number("lines", 0); i++) {
            out.println("a line of no interest, number " + i);
        }
        if (has("invalid-line")) {
            out.write(0xff);
            out.println();
        }
        if (has("wrong-count")) {
            count++;
        }
        if (!has("no-summary")) {
            String words = manners.getOrDefault("summary", "{n} rows").replace("{n}", String.format("%,d", count));
            out.print(has("no-line-end") ? words : words + System.lineSeparator());
        }
    }

    private void say(String line) {
        if (!has("one-line")) {
            out.println(line);
        }
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
