package strangers;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.wultra.security.powerauth.client.model.error.PowerAuthClientException;
import com.wultra.security.powerauth.rest.client.PowerAuthRestClientConfiguration;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The published REST client of PowerAuth's private API, driven by lines: {@code {"call", "request"}} in, one of
 * {@code {"response"}}, {@code {"error"}} (what the server refused with) and {@code {"fault"}} (the call could not be
 * made, or its answer not be read) out. Requests and responses pass through the client's own models on both ways, so a
 * member that the models do not know is a fault in a request, and is missing in a response.
 * Arguments: URL of the server, and user and password of HTTP Basic where it wants them.
 */
public final class Main {
    private static final String MODEL = "com.wultra.security.powerauth.client.model.request";
    /** In 2.0 a client for each version of the API, before it one. */
    private static final List<String> CLIENTS = List.of(
            "com.wultra.security.powerauth.rest.client.v3.PowerAuthRestClient",
            "com.wultra.security.powerauth.rest.client.PowerAuthRestClient");

    private static final JsonMapper JSON =
            JsonMapper.builder().findAndAddModules().disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).build();

    private final Object client;

    private Main(String[] args) throws ReflectiveOperationException {
        var configuration = new PowerAuthRestClientConfiguration();
        if (args.length == 3) {
            configuration.setPowerAuthClientToken(args[1]);
            configuration.setPowerAuthClientSecret(args[2]);
        }
        client = clientClass()
                .getConstructor(String.class, PowerAuthRestClientConfiguration.class)
                .newInstance(args[0], configuration);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1 && args.length != 3) throw new IllegalArgumentException("usage: URL [USER PASSWORD]");
        var lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        var main = new Main(args);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine())
            lines.println(JSON.writeValueAsString(main.answer(JSON.readTree(line))));
    }

    private static Class<?> clientClass() throws ClassNotFoundException {
        for (String name : CLIENTS) {
            try {
                return Class.forName(name);
            } catch (ClassNotFoundException absent) {
                // The other line has it.
            }
        }
        throw new ClassNotFoundException(CLIENTS.toString());
    }

    private ObjectNode answer(JsonNode line) {
        var answer = JSON.createObjectNode();
        try {
            answer.set("response", JSON.valueToTree(call(line.get("call").asText(), line.get("request"))));
        } catch (InvocationTargetException thrown) {
            var refused = thrown.getCause() instanceof PowerAuthClientException e ? e.getPowerAuthError() : null;
            if (refused == null || refused.isEmpty()) answer.put("fault", String.valueOf(thrown.getCause()));
            else answer.set("error", JSON.valueToTree(refused.get()));
        } catch (Exception fault) {
            answer.put("fault", fault.toString());
        }
        return answer;
    }

    private Object call(String name, JsonNode request) throws Exception {
        if (request == null) return client.getClass().getMethod(name).invoke(client);
        Method method = Arrays.stream(client.getClass().getMethods())
                .filter(one -> one.getName().equals(name) && takesRequest(one))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(name));
        return method.invoke(client, JSON.treeToValue(request, method.getParameterTypes()[0]));
    }

    private static boolean takesRequest(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return parameters.length == 1 && parameters[0].getName().startsWith(MODEL);
    }
}
