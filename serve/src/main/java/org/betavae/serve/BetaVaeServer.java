package org.betavae.serve;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.staticfiles.Location;
import java.util.ArrayList;
import java.util.List;
import org.betavae.infer.BetaVaeModel;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

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
 * <p>Safe for threads.
 */
public final class BetaVaeServer implements AutoCloseable {
  /** The web page, in this package's folder on the class path. */
  static final String PAGE = "/org/betavae/serve/page";

  /** A request of one image of 64x64 as float32 fits, with its headers. */
  private static final int INPUT_BUFFER = 32 << 10;

  private final ServeOptions options;
  private final Models models;
  private final Javalin javalin;

  private BetaVaeServer(ServeOptions options) {
    this.options = options;
    models =
        new Models(
            options.models(),
            folder ->
                new OpenModel(folder, BetaVaeModel.open(folder.folder(), options.modelOptions())));
    javalin = Javalin.create(this::configure);
  }

  /**
   * Opens the models and starts to listen.
   *
   * @throws org.betavae.infer.ModelException if a model cannot be opened
   * @throws IllegalStateException if the address cannot be listened on
   */
  public static BetaVaeServer start(ServeOptions options) {
    BetaVaeServer server = new BetaVaeServer(options);
    server.javalin.start();
    return server;
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.router.ignoreTrailingSlashes = false;
    config.jetty.modifyServer(
        server -> server.setHandler(new BodyReader(options.limits(), budget())));
    config.jetty.addConnector(this::connector);
    config.staticFiles.add(
        files -> {
          files.directory = PAGE;
          files.location = Location.CLASSPATH;
        });
    List<Api.Endpoint> endpoints =
        new ArrayList<>(Api.ofModels(new ModelEndpoints(models, options.limits())));
    new Api(endpoints).configure(config);
  }

  private static long budget() {
    return Runtime.getRuntime().maxMemory() / 4;
  }

  private ServerConnector connector(Server server, HttpConfiguration http) {
    HttpConnectionFactory factory = new HttpConnectionFactory(http);
    factory.setInputBufferSize(INPUT_BUFFER);
    ServerConnector connector = new ServerConnector(server, factory);
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setIdleTimeout(options.limits().idle().toMillis());
    return connector;
  }

  /** The port it listens on, the one picked where the options say 0. */
  public int port() {
    return javalin.port();
  }

  /** Where it is reached from this machine. */
  public String url() {
    return "http://" + options.host() + ":" + port() + "/";
  }

  /** Stops to listen, then closes the models. */
  @Override
  public void close() {
    javalin.stop();
    models.close();
  }
}
