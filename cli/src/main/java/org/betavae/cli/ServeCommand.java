package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.betavae.infer.BatchingOptions;
import org.betavae.serve.BetaVaeServer;
import org.betavae.serve.Limits;
import org.betavae.serve.ModelFolder;
import org.betavae.serve.ServeOptions;

/** {@code serve}: models over HTTP, until a signal ends it. */
final class ServeCommand extends Command {
  private static final long MEGABYTE = 1 << 20;
  private static final double MILLION = 1e6;

  /** The number of SIGHUP: read tokens and models anew. */
  private static final int HANG_UP = 1;

  private static final Limits LIMITS = Limits.defaults();
  private static final BatchingOptions BATCHING = BatchingOptions.defaults();

  private static final Opt<List<String>> MODEL = ServedModels.OPTION;
  private static final Opt<String> HOST =
      Opt.text("host", "ADDRESS", "address to listen on; 0.0.0.0 for every network")
          .or(ServeOptions.DEFAULT_HOST);
  private static final Opt<Integer> PORT =
      Opt.integer("port", "port to listen on; 0 picks a free one", 0, 65_535)
          .or(ServeOptions.DEFAULT_PORT);
  private static final Opt<Path> TOKEN_FILE =
      Opt.path("token-file", "FILE", "ask for one of its bearer tokens, one a line");
  private static final Opt<Double> MAX_BODY =
      Opt.number("max-body", "MB of a request's body at most", 0.001, 2000)
          .or((double) LIMITS.bodyBytes() / MEGABYTE);
  private static final Opt<Double> MAX_PIXELS =
      Opt.number("max-pixels", "million pixels of a picture at most", 0.001, 1000)
          .or(LIMITS.pixels() / MILLION);
  private static final Opt<Integer> MAX_ITEMS =
      Opt.integer("max-items", "images in one request at most", 1, 1_000_000).or(LIMITS.items());
  private static final Opt<Integer> MAX_PENDING =
      Opt.integer("max-pending", "requests under way at most", 1, 100_000).or(LIMITS.pending());
  private static final Opt<Integer> MAX_CONNECTIONS =
      Opt.integer("max-connections", "connections at most", 1, 1_000_000).or(LIMITS.connections());
  private static final Opt<Double> RATE =
      Opt.number("rate", "requests a second of each client; 0 for any number", 0, MILLION).or(0.0);
  private static final Opt<Double> TIMEOUT =
      Opt.number("timeout", "seconds that a client may be silent, or its body take", 0.1, 3600)
          .or((double) LIMITS.idle().toSeconds());
  private static final Opt<Double> GRACE =
      Opt.number("grace", "seconds that requests have to end when it stops", 0, 3600).or(20.0);
  private static final Opt<Double> WATCH =
      Opt.number("watch", "seconds between looks for changed models; 0 for none", 0, 86_400)
          .or(0.0);
  private static final Opt<Boolean> NO_BATCHING =
      Opt.flag("no-batching", "run every request of one image by itself");
  private static final Opt<Integer> MAX_BATCH =
      Opt.integer("max-batch", "images of different requests run together at most", 1, 65_536)
          .or(BATCHING.maxBatch());
  private static final Opt<Double> MAX_WAIT =
      Opt.number("max-wait", "milliseconds that a batch waits for more images", 0, 10_000)
          .or(BATCHING.maxWait().toNanos() / MILLION);
  private static final Opt<Boolean> FORWARDED =
      Opt.flag("forwarded", "behind a proxy: believe its X-Forwarded-For");

  /** Held, since Java forgets the level of a logger that nobody holds. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  private static final Logger JAVALIN = Logger.getLogger("io.javalin");

  ServeCommand() {
    super("serve", CommandGroup.USE, "serve models over HTTP, with a web page");
  }

  @Override
  List<Opt<?>> options() {
    List<Opt<?>> options =
        new ArrayList<>(
            List.of(
                MODEL,
                HOST,
                PORT,
                TOKEN_FILE,
                RATE,
                MAX_BODY,
                MAX_PIXELS,
                MAX_ITEMS,
                MAX_PENDING,
                MAX_CONNECTIONS,
                TIMEOUT,
                GRACE,
                WATCH,
                NO_BATCHING,
                MAX_BATCH,
                MAX_WAIT,
                FORWARDED));
    options.addAll(ModelSource.OPTIONS);
    return options;
  }

  @Override
  String details() {
    return "Give --model once for each model. The page is at /, the interface at /docs.\n"
        + "Ctrl-C or SIGTERM: finishes what has been accepted and ends with exit code 0. SIGHUP:"
        + " reads the tokens and opens the models anew without losing a request.\n"
        + "With --json the object is printed as soon as requests are taken.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "serve --model first/model",
        "serve --model sprites=first/model --model digits=second/model --port 0 --json");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    JETTY.setLevel(Level.WARNING);
    JAVALIN.setLevel(Level.OFF); // what fails is told by exceptions
    ServeOptions options = serveOptions(args);
    BlockingQueue<Integer> heard = new ArrayBlockingQueue<>(16);
    Signals signals = new Signals(List.of("INT", "TERM", "HUP"), heard::offer);
    try (BetaVaeServer server = BetaVaeServer.start(options)) {
      greet(server, options, console);
      while (heard.take() == HANG_UP) {
        reload(server, console);
      }
      console.note("Stopping: finishing " + server.pending() + " requests.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      signals.close();
    }
    return Outcome.told();
  }

  private static void reload(BetaVaeServer server, Console console) {
    List<String> failures = server.reload();
    failures.forEach(failure -> console.note(failure + " What was there before stays."));
    if (failures.isEmpty()) {
      console.note("Read tokens and models anew.");
    }
  }

  private static void greet(BetaVaeServer server, ServeOptions options, Console console) {
    List<String> names = options.models().stream().map(ModelFolder::name).toList();
    if (options.tokenFile().isEmpty() && !isThisMachine(options.host())) {
      console.note(
          "Whoever reaches "
              + options.host()
              + " may use it: no token is asked for. Give --token-file to ask for one.");
    }
    console.say("Serving " + String.join(", ", names) + " at " + server.url());
    console.say("Page: " + server.url() + "  interface: " + server.url() + "docs/  Ctrl-C stops.");
    ObjectNode json = Json.object().put("host", options.host()).put("port", server.port());
    json.put("url", server.url());
    ArrayNode models = Json.array();
    names.forEach(models::add);
    json.set("models", models);
    console.tell(json);
  }

  /** Whether an address is reached from this machine alone. */
  private static boolean isThisMachine(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // it was just listened on
    }
  }

  private static ServeOptions serveOptions(Arguments args) {
    ServeOptions options =
        ServeOptions.of(ServedModels.folders(args).toArray(ModelFolder[]::new))
            .withHost(args.get(HOST))
            .withPort(args.get(PORT))
            .withModelOptions(ModelSource.options(args))
            .withLimits(limits(args))
            .withBatching(batching(args))
            .withGrace(seconds(args.get(GRACE)))
            .withWatch(seconds(args.get(WATCH)))
            .withForwarded(args.get(FORWARDED));
    return args.find(TOKEN_FILE).map(options::withTokenFile).orElse(options);
  }

  private static Limits limits(Arguments args) {
    return LIMITS
        .withBodyBytes((int) (args.get(MAX_BODY) * MEGABYTE))
        .withPixels(Math.round(args.get(MAX_PIXELS) * MILLION))
        .withItems(args.get(MAX_ITEMS))
        .withPending(args.get(MAX_PENDING))
        .withConnections(args.get(MAX_CONNECTIONS))
        .withRequestsPerSecond(args.get(RATE))
        .withIdle(seconds(args.get(TIMEOUT)))
        .withBody(seconds(args.get(TIMEOUT)));
  }

  private static Optional<BatchingOptions> batching(Arguments args) {
    List<String> without =
        Stream.of(MAX_BATCH, MAX_WAIT).filter(args::has).map(Opt::dashed).toList();
    if (args.get(NO_BATCHING) && !without.isEmpty()) {
      throw new UsageException(
          String.join(" and ", without)
              + " with --no-batching, which makes no batches, expected one or the other");
    }
    return args.get(NO_BATCHING)
        ? Optional.empty()
        : Optional.of(
            BATCHING
                .withMaxBatch(args.get(MAX_BATCH))
                .withMaxWait(Duration.ofNanos(Math.round(args.get(MAX_WAIT) * MILLION))));
  }

  private static Duration seconds(double value) {
    return Duration.ofMillis(Math.round(value * 1000));
  }
}
