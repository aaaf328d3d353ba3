package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.betavae.serve.BetaVaeServer;
import org.betavae.serve.ModelFolder;
import org.betavae.serve.ServeOptions;

/** {@code serve}: models over HTTP, until a signal ends it. */
final class ServeCommand extends Command {
  private static final Opt<String> MODEL =
      Opt.text("model", "MODEL", "model folder or run folder, or NAME=FOLDER").needed();
  private static final Opt<String> HOST =
      Opt.text("host", "ADDRESS", "address to listen on; 0.0.0.0 for every network")
          .or(ServeOptions.DEFAULT_HOST);
  private static final Opt<Integer> PORT =
      Opt.integer("port", "port to listen on; 0 picks a free one", 0, 65_535)
          .or(ServeOptions.DEFAULT_PORT);

  /** Held, since Java forgets the level of a logger that nobody holds. */
  private static final List<Logger> LIBRARIES =
      List.of(Logger.getLogger("org.eclipse.jetty"), Logger.getLogger("io.javalin"));

  ServeCommand() {
    super("serve", CommandGroup.USE, "serve models over HTTP, with a web page");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options = new ArrayList<>(List.of(MODEL, HOST, PORT));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  List<String> examples() {
    return List.of("serve --model first/model --port 8080");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    LIBRARIES.forEach(logger -> logger.setLevel(Level.WARNING));
    String[] named = args.get(MODEL).split("=", 2);
    Path path = ModelSource.folder(Path.of(named[named.length - 1]));
    String name = named.length == 2 ? named[0] : "model";
    ServeOptions options =
        ServeOptions.of(new ModelFolder(name, path))
            .withHost(args.get(HOST))
            .withPort(args.get(PORT))
            .withModelOptions(ModelSource.options(args));
    CountDownLatch end = new CountDownLatch(1);
    try (Signals signals = new Signals(List.of("INT", "TERM"), number -> end.countDown());
        BetaVaeServer server = BetaVaeServer.start(options)) {
      console.say("Serving at " + server.url());
      ObjectNode json = Json.object().put("host", args.get(HOST)).put("port", server.port());
      json.put("url", server.url());
      ArrayNode models = Json.array();
      models.add(name);
      json.set("models", models);
      console.tell(json);
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Outcome.told();
  }
}
