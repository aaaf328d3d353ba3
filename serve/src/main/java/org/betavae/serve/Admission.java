package org.betavae.serve;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets in who shows a token, does not come too often, and finds the service with room; before a
 * byte of the body is read. The page, the documents and the health checks are open to all.
 */
final class Admission extends Handler.Wrapper {
  /** The attribute that requests have which were let in. */
  static final String ADMITTED = "org.betavae.serve.admitted";

  private final Supplier<Optional<Tokens>> tokens;
  private final Optional<RateLimiter> rate;
  private final IntSupplier pending;
  private final int mostPending;
  private final Refusals refusals;

  /**
   * @param pending requests under way, this one included
   */
  Admission(
      Supplier<Optional<Tokens>> tokens, Limits limits, IntSupplier pending, Refusals refusals) {
    this.refusals = refusals;
    this.tokens = tokens;
    this.rate =
        limits.requestsPerSecond() > 0
            ? Optional.of(new RateLimiter(limits.requestsPerSecond()))
            : Optional.empty();
    this.pending = pending;
    this.mostPending = limits.pending();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (isGuarded(Request.getPathInContext(request))) {
      Problem problem = check(request);
      if (problem != null) {
        refusals.write(request, response, callback, problem);
        return true;
      }
      request.setAttribute(ADMITTED, true);
    }
    return super.handle(request, response, callback);
  }

  private static boolean isGuarded(String path) {
    return path.startsWith("/v1/") || path.equals("/metrics");
  }

  /** What stands against the request, or null. */
  private Problem check(Request request) {
    String client = Request.getRemoteAddr(request);
    Optional<Tokens> wanted = tokens.get();
    if (wanted.isPresent()) {
      String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
      OptionalInt token = wanted.get().find(header);
      if (token.isEmpty()) {
        return noToken(header != null);
      }
      client = "token " + token.getAsInt();
    }
    if (rate.isPresent()) {
      long seconds = rate.get().secondsToWait(client);
      if (seconds > 0) {
        return Problem.later(
            ProblemType.TOO_OFTEN,
            "This client has used up its requests, expected a pause of "
                + seconds
                + " s. Send several images in one request, or wait.",
            seconds);
      }
    }
    if (pending.getAsInt() > mostPending) {
      return Problem.later(
          ProblemType.BUSY,
          mostPending + " requests are under way, expected no more. Try again in a second.",
          1);
    }
    return null;
  }

  private static Problem noToken(boolean shown) {
    return new Problem(
        ProblemType.NO_TOKEN,
        (shown ? "The token in the header Authorization is not known" : "No token is shown")
            + ", expected 'Authorization: Bearer TOKEN' with one of this service's tokens. Ask who"
            + " runs it for one.",
        Map.of("WWW-Authenticate", shown ? "Bearer error=\"invalid_token\"" : "Bearer"),
        null);
  }
}
