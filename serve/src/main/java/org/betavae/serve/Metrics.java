package org.betavae.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.betavae.infer.BatchingListener;

/** What is measured, for Prometheus. Safe for threads. */
final class Metrics implements AutoCloseable, BatchingListener {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Upper bounds of the latency histogram; what is slower falls into +Inf. */
  private static final Duration[] LATENCIES =
      LongStream.of(
              500,
              1000,
              2000,
              3000,
              5000,
              7500,
              10_000,
              15_000,
              25_000,
              50_000,
              100_000,
              250_000,
              500_000,
              1_000_000,
              2_500_000,
              5_000_000,
              10_000_000)
          .mapToObj(micros -> Duration.ofNanos(micros * 1000))
          .toArray(Duration[]::new);

  private static final double[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

  private record Route(String path, String method, int status) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Map<Route, Timer> timers = new ConcurrentHashMap<>();
  private final Map<String, DistributionSummary> requested = new ConcurrentHashMap<>();
  private final DistributionSummary batches =
      summary("betavae.batch.images", "Images computed together from requests of one", "embed");
  private final Timer waits =
      Timer.builder("betavae.batch.wait")
          .description("How long a request of one image waited for its batch")
          .serviceLevelObjectives(LATENCIES)
          .register(registry);
  private final Counter rejected =
      Counter.builder("betavae.batch.rejected")
          .description("Requests refused since too many images waited")
          .register(registry);

  Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    collections.bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /**
   * Counts a request and its time.
   *
   * @param path of an endpoint, or one word for all others: every new value costs memory
   */
  void request(String path, String method, int status, long nanos) {
    timers
        .computeIfAbsent(new Route(path, method, status), this::timer)
        .record(Duration.ofNanos(nanos));
  }

  private Timer timer(Route route) {
    return Timer.builder("betavae.http.requests")
        .description("Requests from their first byte to the end of their answer")
        .tags("route", route.path(), "method", route.method())
        .tag("status", Integer.toString(route.status()))
        .serviceLevelObjectives(LATENCIES)
        .register(registry);
  }

  /** Counts the items of one request. */
  void items(String call, int items) {
    requested
        .computeIfAbsent(
            call, name -> summary("betavae.items", "Images or latents in one request", name))
        .record(items);
  }

  private DistributionSummary summary(String name, String description, String call) {
    return DistributionSummary.builder(name)
        .description(description)
        .tag("call", call)
        .serviceLevelObjectives(BATCHES)
        .register(registry);
  }

  @Override
  public void onRejected(int queued) {
    rejected.increment();
  }

  @Override
  public void onStarted(long waitNanos) {
    waits.record(Duration.ofNanos(waitNanos));
  }

  @Override
  public void onBatch(Batch batch) {
    batches.record(batch.images());
  }

  /** Counts an attempt to open a model anew. */
  void reload(String model, boolean done) {
    Counter.builder("betavae.reloads")
        .description("Model folders opened anew")
        .tags("model", model, "result", done ? "done" : "failed")
        .register(registry)
        .increment();
  }

  /** Shows a number as it is when it is asked for; the object is not kept from being collected. */
  <T> void gauge(String name, String description, T object, ToDoubleFunction<T> value) {
    Gauge.builder(name, object, value).description(description).register(registry);
  }

  /** The same for one of the models. */
  <T> void modelGauge(
      String name, String description, String model, T object, ToDoubleFunction<T> value) {
    Gauge.builder(name, object, value)
        .description(description)
        .tag("model", model)
        .register(registry);
  }

  /** Everything, in Prometheus' text format. */
  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
