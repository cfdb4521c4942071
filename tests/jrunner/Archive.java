import java.sql.Connection;
import java.sql.DriverManager;
import java.util.jar.JarFile;
import javax.net.ssl.SSLContext;

/**
 * Loads all that is on the class path. The JVM keeps what was loaded in an archive when it ends, from which others begin in
 * two thirds of the time: java's {@code -XX:ArchiveClassesAtExit}.
 */
public final class Archive {
    public static void main(String[] args) throws Exception {
        for (String path : System.getProperty("java.class.path").split(":")) {
            try (JarFile jar = new JarFile(path)) {
                jar.stream().map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF"))
                        .forEach(name -> load(name.substring(0, name.lastIndexOf('.')).replace('/', '.')));
            }
        }
        try (Connection database = DriverManager.getConnection("jdbc:h2:mem:archive")) {
            database.createStatement().executeQuery("SELECT 1");
        }
        SSLContext.getDefault();
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, Archive.class.getClassLoader());
        } catch (LinkageError | ClassNotFoundException | SecurityException notHere) {
            // What a driver has for libraries that are not here is not used here either, nor what two jars have.
        }
    }
}
