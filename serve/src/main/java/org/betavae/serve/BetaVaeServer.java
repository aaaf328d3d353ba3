package org.betavae.serve;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.betavae.infer.ModelException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A running service.
 *
 * <pre>{@code
 * ServeOptions options = ServeOptions.of(new ModelFolder("sprites", Path.of("model")));
 * try (BetaVaeServer server = BetaVaeServer.start(options)) {
 *   System.out.println(server.url());
 *   Thread.currentThread().join();
 * }
 * }</pre>
 *
 * <p>Safe for threads. Closing finishes what has been accepted.
 */
public final class BetaVaeServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BetaVaeServer.class.getName());

  /** A request of one image of 64x64 as float32 fits, with its headers. */
  private static final int INPUT_BUFFER = 32 << 10;

  private static final int LEAST_THREADS = 8;

  /** Threads that wait for a model or a slow reader cost memory, not processor time. */
  private static final int MOST_THREADS = 200;

  private static final int THREAD_IDLE_MILLIS = 60_000;

  /** What all bodies may take of the heap; as much again images made and read, and the answers. */
  private static final int SHARE = 4;

  /** Connections kept open may have sent a request that is still on its way. */
  private static final long QUIET_MILLIS = 250;

  private static final long POLL_MILLIS = 5;

  private final ServeOptions options;
  private final Metrics metrics = new Metrics();
  private final Models models;
  private final Api api;
  private final HeadTimer heads;
  private final RequestLog log;
  private final Refusals refusals;
  private final Javalin javalin;
  private final QueuedThreadPool threads =
      new QueuedThreadPool(MOST_THREADS, LEAST_THREADS, THREAD_IDLE_MILLIS);

  /** What bodies and images may take each. */
  private final long share;

  /** What answers may take. */
  private final long answerShare;

  private volatile Optional<Tokens> tokens;
  private volatile boolean stopping;
  private ServerConnector connector;
  private int port;
  private ModelWatch watch;
  private boolean closed;

  private BetaVaeServer(ServeOptions options, long share, long answerShare) {
    this.options = options;
    this.share = share;
    this.answerShare = answerShare;
    tokens = options.tokenFile().map(Tokens::read);
    models = new Models(options.models(), folder -> OpenModel.open(folder, options, metrics));
    List<Api.Endpoint> endpoints =
        new ArrayList<>(
            Api.ofModels(
                new ModelEndpoints(
                    models,
                    options.limits(),
                    metrics,
                    this::pending,
                    new ImageMemory(new MemoryBudget(share)),
                    threads)));
    endpoints.addAll(new ServiceEndpoints(models, metrics, () -> stopping).all());
    api = new Api(endpoints);
    heads = new HeadTimer(options.limits().idle());
    log = new RequestLog(metrics, api.paths(), heads, () -> stopping);
    refusals = new Refusals(options.limits());
    javalin = Javalin.create(this::configure);
  }

  /**
   * Opens the models and starts to listen.
   *
   * @throws ModelException if a model cannot be opened
   * @throws IllegalArgumentException if the token file is unfit
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static BetaVaeServer start(ServeOptions options) {
    long share = Runtime.getRuntime().maxMemory() / SHARE;
    return start(options, share, share);
  }

  /**
   * The same with other bounds.
   *
   * @param share bytes that bodies and images may take each
   * @param answerShare bytes that answers may take
   */
  static BetaVaeServer start(ServeOptions options, long share, long answerShare) {
    BetaVaeServer server = new BetaVaeServer(options, share, answerShare);
    try {
      server.listen();
      return server;
    } catch (RuntimeException e) {
      server.models.close();
      server.metrics.close();
      throw e;
    }
  }

  private void listen() {
    try {
      javalin.start();
    } catch (JavalinBindException e) {
      throw new IllegalStateException(
          "Cannot listen on "
              + options.host()
              + ":"
              + options.port()
              + ", expected an address of this machine and a port that is free and allowed. Choose"
              + " another port, or 0 for any free one.",
          e);
    }
    port = connector.getLocalPort();
    metrics.gauge("betavae.requests.pending", "Requests under way", log, RequestLog::pending);
    for (ModelSlot slot : models.slots()) {
      metrics.modelGauge(
          "betavae.batch.queue",
          "Images that wait to become part of a batch",
          slot.name(),
          slot,
          ModelSlot::queued);
    }
    if (!options.watch().isZero()) {
      watch = new ModelWatch(models, options.watch(), this::reload);
    }
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.router.ignoreTrailingSlashes = false;
    threads.setName("betavae-http");
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(this::modify);
    config.jetty.modifyHttpConfiguration(this::modify);
    config.jetty.addConnector(this::connector);
    Documents.configure(config);
    api.configure(config);
  }

  private void modify(Server server) {
    BodyReader bodies = new BodyReader(options.limits(), new MemoryBudget(share), refusals);
    bodies.setHandler(
        new AnswerSender(options.limits(), new MemoryBudget(answerShare), AnswerSender.LEAST_RATE));
    Admission admission = new Admission(() -> tokens, options.limits(), this::unanswered, refusals);
    admission.setHandler(bodies);
    log.setHandler(admission);
    server.setHandler(log);
    server.setErrorHandler(new HttpErrors());
    NetworkConnectionLimit limit =
        new NetworkConnectionLimit(options.limits().connections(), server);
    // When all are taken, those that say nothing make room soon.
    limit.setEndPointIdleTimeout(Math.max(1, options.limits().idle().toMillis() / 10));
    server.addBean(limit);
  }

  private void modify(HttpConfiguration http) {
    http.setUriCompliance(UriCompliance.DEFAULT);
    if (options.forwarded()) {
      http.addCustomizer(new ForwardedRequestCustomizer());
    }
  }

  private ServerConnector connector(Server server, HttpConfiguration http) {
    HttpConnectionFactory factory = new HttpConnectionFactory(http);
    factory.setInputBufferSize(INPUT_BUFFER);
    connector = new ServerConnector(server, factory);
    connector.addBean(heads);
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setIdleTimeout(options.limits().idle().toMillis());
    return connector;
  }

  /** The port it listens on, the one picked where the options say 0; also after it was closed. */
  public int port() {
    return port;
  }

  /** What it answers besides the page. */
  List<Api.Endpoint> endpoints() {
    return api.endpoints();
  }

  /** Requests under way. */
  public int pending() {
    return log.pending();
  }

  /** The same without those that have been refused, however slowly their bodies come. */
  private int unanswered() {
    return log.pending() - refusals.left();
  }

  /** Where it is reached from this machine. */
  public String url() {
    String host =
        switch (options.host()) {
          case "0.0.0.0" -> "127.0.0.1"; // listened on by every network, reached by one
          case "::", "0:0:0:0:0:0:0:0" -> "::1";
          default -> options.host();
        };
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/";
  }

  /**
   * Reads the token file and opens every model folder anew. Requests under way end with the model
   * that they began with, and no request is refused meanwhile. What cannot be read stays as it was.
   *
   * @return what went wrong, one line for each; empty when all was read
   */
  public List<String> reload() {
    List<String> failures = new ArrayList<>();
    try {
      tokens = options.tokenFile().map(Tokens::read);
    } catch (IllegalArgumentException e) {
      failures.add(e.getMessage());
    }
    for (ModelSlot slot : models.slots()) {
      tryReload(slot).ifPresent(failures::add);
    }
    return failures;
  }

  private void reload(ModelSlot slot) {
    tryReload(slot)
        .ifPresentOrElse(
            failure -> LOG.log(Level.WARNING, failure + " The model before it stays."),
            () -> LOG.log(Level.INFO, "Opened the model " + slot.name() + " anew"));
  }

  private Optional<String> tryReload(ModelSlot slot) {
    try {
      slot.reload();
      metrics.reload(slot.name(), true);
      return Optional.empty();
    } catch (ModelException e) {
      metrics.reload(slot.name(), false);
      return Optional.of(e.getMessage());
    } catch (RuntimeException e) { // of whatever kind, it must not end the service
      LOG.log(Level.DEBUG, "The model " + slot.name() + " cannot be opened anew", e);
      metrics.reload(slot.name(), false);
      return Optional.of("Model " + slot.name() + ": it cannot be opened anew (" + e + ").");
    }
  }

  /**
   * Stops to listen, finishes what was accepted, for as long as the options allow, and closes the
   * models. While it does, {@code /readyz} says 503 and every answer ends its connection. Closing
   * again does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopping = true;
    if (watch != null) {
      watch.close();
    }
    connector.close();
    try {
      awaitQuiet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    javalin.stop();
    models.close();
    metrics.close();
  }

  /** Until no request has been under way for a while, or the grace is over. */
  private void awaitQuiet() throws InterruptedException {
    long end = System.nanoTime() + options.grace().toNanos();
    long quietSince = System.nanoTime();
    while (System.nanoTime() < end) {
      if (unanswered() > 0) {
        quietSince = System.nanoTime();
      } else if (System.nanoTime() - quietSince > TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS)
          || connector.getConnectedEndPoints().isEmpty()) {
        return;
      }
      Thread.sleep(POLL_MILLIS);
    }
    if (unanswered() > 0) {
      LOG.log(
          Level.WARNING,
          unanswered()
              + " requests were still under way after "
              + options.grace().toMillis()
              + " ms and are cut off");
    }
  }
}
