package org.betavae.serve;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The outermost handler: counts and times every request, gives every answer the headers that all
 * have, and lets connections end while the service is being stopped.
 */
final class RequestLog extends Handler.Wrapper {
  /** What the page may load: what comes from here, and WebAssembly. */
  private static final String POLICY =
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:;"
          + " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final HttpField NO_GUESSING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");

  private static final HttpFields PAGE_HEADERS =
      HttpFields.build()
          .add(new HttpField("Content-Security-Policy", POLICY))
          .add(new HttpField("Referrer-Policy", "no-referrer"))
          .asImmutable();

  private final Metrics metrics;
  private final Set<String> paths;
  private final HeadTimer heads;
  private final BooleanSupplier stopping;
  private final AtomicInteger pending = new AtomicInteger();

  /**
   * @param paths of the endpoints, which are told apart in the metrics
   */
  RequestLog(Metrics metrics, Set<String> paths, HeadTimer heads, BooleanSupplier stopping) {
    this.metrics = metrics;
    this.paths = Set.copyOf(paths);
    this.heads = heads;
    this.stopping = stopping;
  }

  /** Requests that have begun and not ended. */
  int pending() {
    return pending.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    pending.incrementAndGet();
    heads.arrived(request);
    Request.addCompletionListener(request, failure -> ended(request, response));
    response.getHeaders().add(NO_GUESSING);
    if (!Request.getPathInContext(request).startsWith("/v1/")) {
      response.getHeaders().add(PAGE_HEADERS);
    }
    if (stopping.getAsBoolean()) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    return super.handle(request, response, callback);
  }

  private void ended(Request request, Response response) {
    pending.decrementAndGet();
    heads.answered(request);
    String path = Request.getPathInContext(request);
    long nanos = System.nanoTime() - request.getBeginNanoTime();
    metrics.request(
        paths.contains(path) ? path : "other",
        HttpMethod.fromString(request.getMethod()) == null ? "other" : request.getMethod(),
        response.getStatus(),
        Math.max(nanos, TimeUnit.MICROSECONDS.toNanos(1)));
  }
}
