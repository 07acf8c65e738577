// Prints properties files as java.util.Properties reads them, in the form of properties_dump.cpp.

import java.io.FileInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Properties;

public class PropertiesDump {
    public static void main(String[] paths) throws Exception {
        var out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        for (String path : paths) {
            out.print("file " + Path.of(path).getFileName() + "\n");
            var properties = new Properties();
            try (var file = new FileInputStream(path)) {
                properties.load(file);
            } catch (IllegalArgumentException malformed) {
                out.print("malformed\n");
                continue;
            }
            var lines = new ArrayList<String>();
            for (String name : properties.stringPropertyNames()) {
                lines.add(hex(name) + "=" + hex(properties.getProperty(name)));
            }
            Collections.sort(lines);
            for (String line : lines) {
                out.print(line + "\n");
            }
        }
        out.flush();
    }

    // In UTF-8; half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.
    private static String hex(String text) {
        var whole = new StringBuilder();
        text.codePoints().forEach(point -> whole.appendCodePoint(point >= 0xd800 && point < 0xe000 ? 0xfffd : point));
        var result = new StringBuilder();
        for (byte b : whole.toString().getBytes(StandardCharsets.UTF_8)) {
            result.append(String.format("%02x", b));
        }
        return result.toString();
    }
}
